import { ZzzError } from '../../errors.ts'

/** Directives that list sources, CSP level 3 section 6. */
const sourceDirectives = [
  'default-src',
  'base-uri',
  'child-src',
  'connect-src',
  'fenced-frame-src',
  'font-src',
  'form-action',
  'frame-ancestors',
  'frame-src',
  'img-src',
  'manifest-src',
  'media-src',
  'object-src',
  'report-to',
  'report-uri',
  'require-trusted-types-for',
  'sandbox',
  'script-src',
  'script-src-attr',
  'script-src-elem',
  'style-src',
  'style-src-attr',
  'style-src-elem',
  'trusted-types',
  'worker-src',
] as const

/** The name of a directive that lists sources. */
export type CspSourceDirective = (typeof sourceDirectives)[number]

/**
 * Directives by the names and with the sources that the header has: keywords in single quotes (`'self'`, `'none'`,
 * `'unsafe-inline'`), schemes with their colon (`data:`), hosts (`cdn.example.com`). `'nonce'` stands for the nonce of the
 * request, `ctx.get(cspNonceKey)`. `false` leaves a directive of the defaults out; an empty list stands alone (`sandbox`).
 */
export type CspDirectives = {
  readonly [Name in CspSourceDirective]?: readonly string[] | false | undefined
} & {
  readonly 'upgrade-insecure-requests'?: boolean | undefined
}

/** A policy, ready to be sent. */
export interface ContentSecurityPolicy {
  /** True when it has a place for a nonce. */
  readonly usesNonce: boolean
  /** The header for a page that uses no nonce. */
  readonly plain: string
  /** The header for a page that uses this nonce. */
  withNonce(nonce: string): string
}

/** The placeholder for the nonce; no source expression of CSP looks like it. */
const nonceMark = "'nonce'"
const takesNonce = /^(?:default-src|(?:script|style)-src(?:-elem)?)$/
const keywords =
  /^(?:self|none|nonce|unsafe-(?:inline|eval|hashes)|wasm-unsafe-eval|strict-dynamic|report-sample|inline-speculation-rules)$/

/**
 * Puts a policy together. Throws `ZZZ_OPTION_INVALID` for a directive that does not exist, and for a source that would
 * end the directive, means nothing without quotes, or is a nonce where none counts.
 *
 * ```ts
 * compilePolicy('securityHeaders', { 'default-src': ["'self'"] }).plain   // "default-src 'self'"
 * ```
 */
export function compilePolicy(where: string, directives: CspDirectives): ContentSecurityPolicy {
  const entries = Object.entries(directives).flatMap(([name, value]) => {
    const sources = sourcesOf(where, name, value)
    return sources === undefined ? [] : [[name, sources] as const]
  })
  const usesNonce = entries.some(([, sources]) => sources.includes(nonceMark))
  const plain = toText(
    entries.map(([name, sources]) => {
      const rest = sources.filter((source) => source !== nonceMark)
      return [name, rest.length === 0 && sources.length > 0 ? ["'none'"] : rest]
    }),
  )
  const pieces = toText(entries).split(nonceMark)
  return { usesNonce, plain, withNonce: (nonce) => pieces.join(`'nonce-${nonce}'`) }
}

function toText(entries: readonly (readonly [name: string, sources: readonly string[]])[]): string {
  return entries.map(([name, sources]) => [name, ...sources].join(' ')).join('; ')
}

/** The sources of a directive; undefined for one that is left out. */
function sourcesOf(where: string, name: string, value: unknown): readonly string[] | undefined {
  const isFlag = name === 'upgrade-insecure-requests'
  if (!isFlag && !(sourceDirectives as readonly string[]).includes(name)) {
    throw refused(where, `there is no directive ${JSON.stringify(name)}`)
  }
  if (value === false || value === undefined) return undefined
  if (isFlag && value === true) return []
  if (isFlag || !Array.isArray(value)) {
    throw refused(where, `the directive ${name} has to be ${isFlag ? 'true' : 'a list of sources'} or false`)
  }
  for (const source of value) checkSource(where, name, source)
  return value
}

function checkSource(where: string, name: string, source: unknown): void {
  const shown = JSON.stringify(source)
  if (typeof source !== 'string' || !/^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/.test(source)) {
    throw refused(
      where,
      `${shown} in ${name} is no single source: no spaces, commas, semicolons, or non-ASCII`,
    )
  }
  if (keywords.test(source) && name !== 'trusted-types' && !name.startsWith('report-')) {
    throw refused(where, `${source} in ${name} would be a host; the keyword is written "'${source}'"`)
  }
  if (source === nonceMark && !takesNonce.test(name)) {
    throw refused(where, `a nonce means nothing in ${name}`)
  }
}

function refused(where: string, why: string): ZzzError {
  return new ZzzError('ZZZ_OPTION_INVALID', `${where}: ${why}`)
}
