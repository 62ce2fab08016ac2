import type { AssignKey } from '../../context/assign.ts'
import type { Context } from '../../context/context.ts'
import type { Middleware } from '../../context/middleware.ts'
import { flagRule, functionRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, requireOption } from '../../internal/options.ts'
import { keyRule } from './auth-options.ts'
import { readCredentials } from './authorization.ts'
import { challenge, realmRule, unauthenticated } from './challenge.ts'
import { admit, type Verdict } from './principal.ts'

/** Options of `basicAuth`. */
export interface BasicAuthOptions<T> {
  /**
   * Says who it is, now or later; anything falsy refuses. `staticCredentials` makes one for a few fixed users. It has to
   * take as long for a user that does not exist as for one that does.
   */
  verify: (user: string, password: string, ctx: Context) => Verdict<T>
  /** The key under which the result is kept, for `ctx.get`. Default: it is not kept. */
  as?: AssignKey<T> | undefined
  /** Names the protected space; browsers show it, and send the same credentials to all of it. Default `Restricted`. */
  realm?: string | undefined
  /** Let requests without credentials pass, with nothing under `as`; wrong ones are refused still. Default false. */
  optional?: boolean | undefined
}

const optionRules: OptionRules<BasicAuthOptions<unknown>> = {
  verify: functionRule,
  as: keyRule,
  realm: realmRule,
  optional: flagRule,
}

/**
 * Admits requests with a user and password that `verify` knows (HTTP Basic, RFC 7617, in UTF-8); browsers ask for them.
 * Without, with wrong ones or with what cannot be read, the answer is 401 (`ZZZ_UNAUTHENTICATED`), at which browsers ask
 * again. Only over HTTPS: they are sent with every request, and not encrypted by themselves.
 *
 * Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * get('/admin', { use: [basicAuth({ verify: staticCredentials({ ada: env.ADMIN_PASSWORD }) })] }, admin)
 * ```
 */
export function basicAuth<T>(options: BasicAuthOptions<T>): Middleware {
  checkOptions<typeof options>('basicAuth', options, optionRules)
  requireOption('basicAuth', options, 'verify')
  const { verify, as, realm = 'Restricted', optional = false } = options
  const header = challenge('Basic', { realm, charset: 'UTF-8' })
  const refused = () => unauthenticated(header, 'The user or the password is wrong')
  return function basicAuth(ctx, next) {
    const credentials = readCredentials(ctx.request.headers, 'basic')
    if (credentials.kind === 'malformed') throw unauthenticated(header, credentials.why)
    if (credentials.kind === 'none') {
      if (optional) return next()
      throw unauthenticated(header, 'This needs a user and a password')
    }
    const pair = decodePair(credentials.value)
    if (pair === undefined) {
      throw unauthenticated(header, 'The credentials are no user:password in UTF-8 and base64')
    }
    return admit(verify(pair.user, pair.password, ctx), as, ctx, next, refused)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** User and password, cut at the first colon; undefined for what is none, or has control characters (section 2). */
function decodePair(credentials: string): { user: string; password: string } | undefined {
  let text: string
  try {
    text = utf8.decode(Buffer.from(credentials, 'base64'))
  } catch {
    return undefined
  }
  const colon = text.indexOf(':')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (colon === -1 || /[\x00-\x1f\x7f]/.test(text)) return undefined
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
