import { parseCookie, stringifySetCookie } from 'cookie'
import { ZzzError } from '../errors.ts'
import { flagRule, oneOf, textRule } from '../internal/option-rules.ts'
import { describe, type OptionRules } from '../internal/options.ts'
import { isToken } from './token.ts'

/** Attributes of a cookie (RFC 6265bis). What is left out has the safe value. */
export interface CookieOptions {
  /** Seconds until the browser forgets it. Default: when the browser closes. */
  maxAge?: number | undefined
  /** When the browser forgets it; `maxAge` comes first. Default: when the browser closes. */
  expires?: Date | undefined
  /** Send it to this host and all below it. Default: to the host that set it only. */
  domain?: string | undefined
  /** Send it for this path and all below it. Default `/`. */
  path?: string | undefined
  /** Keep it from scripts. Default true. */
  httpOnly?: boolean | undefined
  /**
   * Send it with requests that other sites cause: `strict` never, `lax` (default) when the user follows a link, `none`
   * always, which needs HTTPS.
   */
  sameSite?: 'strict' | 'lax' | 'none' | undefined
  /** Send it over HTTPS only. Default: when the request came over HTTPS (`ctx.secure`). */
  secure?: boolean | undefined
  /** A jar of its own for each site that embeds this one (CHIPS); needs HTTPS. Default false. */
  partitioned?: boolean | undefined
  /** Which cookies a full browser gives up first. Default: the browser's, `medium`. */
  priority?: 'low' | 'medium' | 'high' | undefined
}

/** The rules of `CookieOptions`, for what takes them at start; a cookie's own check comes when it is made. */
export const cookieRules: OptionRules<CookieOptions> = {
  maxAge: ['whole seconds', Number.isSafeInteger],
  expires: ['a date', (value) => value instanceof Date],
  domain: textRule,
  path: textRule,
  httpOnly: flagRule,
  sameSite: oneOf('strict', 'lax', 'none'),
  secure: flagRule,
  partitioned: flagRule,
  priority: oneOf('low', 'medium', 'high'),
}

/** Bytes of name and value together that browsers keep (RFC 6265bis section 5.6). */
export const cookieLimit = 4096
/** Bytes of an attribute's value that browsers read (RFC 6265bis section 5.6). */
const attributeLimit = 1024

/** Cookies by name, without a prototype. */
export type Cookies = Readonly<Record<string, string | undefined>>

const none: Cookies = Object.freeze(Object.create(null))

/** Reads a `Cookie` header; of two cookies of one name the first counts, which is the one of the closer path. */
export function parseCookies(header: string | undefined): Cookies {
  return header === undefined ? none : parseCookie(header)
}

/** True for a cookie that browsers take over HTTPS only, whatever the request came over. */
export function needsHttps(name: string, { sameSite, partitioned }: CookieOptions): boolean {
  return sameSite === 'none' || partitioned === true || /^__(?:Host|Secure)-/i.test(name)
}

/**
 * The line of a `Set-Cookie` header. Throws `ZZZ_COOKIE_INVALID` for what cannot stand in one, or would make browsers
 * refuse the cookie, and `ZZZ_COOKIE_TOO_LARGE` for more than they keep.
 */
export function setCookieLine(name: string, value: string, options: CookieOptions, secure: boolean): string {
  checkCookie(name, value, options, secure)
  const { httpOnly = true, sameSite = 'lax', path = '/', ...rest } = options
  let line: string
  try {
    line = stringifySetCookie({ ...defined(rest), name, value, path, httpOnly, sameSite, secure })
  } catch (cause) {
    throw invalid(name, (cause as Error).message, cause)
  }
  const size = line.indexOf(';') - 1
  if (size > cookieLimit) {
    throw new ZzzError(
      'ZZZ_COOKIE_TOO_LARGE',
      `The cookie ${JSON.stringify(name)} has ${size} bytes, and browsers keep ${cookieLimit}: keep what is large elsewhere`,
    )
  }
  return line
}

function checkCookie(name: string, value: string, options: CookieOptions, secure: boolean): void {
  if (typeof name !== 'string' || !isToken(name)) {
    throw invalid(name, 'the name is not a token (RFC 9110 5.6.2)')
  }
  if (typeof value !== 'string') throw invalid(name, `the value has to be text, not ${describe(value)}`)
  const { domain, path = '/' } = options
  if (!path.startsWith('/'))
    throw invalid(name, `the path ${JSON.stringify(path)} does not begin with a slash`)
  if (path.length > attributeLimit || (domain ?? '').length > attributeLimit) {
    throw invalid(name, `a path or domain has at most ${attributeLimit} bytes`)
  }
  if (!secure && needsHttps(name, options)) {
    throw invalid(name, 'SameSite=None, Partitioned and the prefixes __Host- and __Secure- need "secure"')
  }
  if (/^__Host-/i.test(name) && (path !== '/' || domain !== undefined)) {
    throw invalid(name, 'the prefix __Host- goes with the path / and without a domain only')
  }
}

function invalid(name: unknown, fault: string, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_COOKIE_INVALID', `Cookie ${describe(name)}: ${fault}`, { cause })
}

/** Options without those that are undefined. */
function defined<T extends object>(options: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [Name in keyof T]: Exclude<T[Name], undefined> }
}
