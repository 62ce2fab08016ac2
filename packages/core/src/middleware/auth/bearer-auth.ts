import type { AssignKey } from '../../context/assign.ts'
import type { Context } from '../../context/context.ts'
import type { Middleware } from '../../context/middleware.ts'
import { flagRule, functionRule } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, requireOption } from '../../internal/options.ts'
import { keyRule } from './auth-options.ts'
import { readCredentials } from './authorization.ts'
import { challenge, malformedCredentials, realmRule, unauthenticated } from './challenge.ts'
import { admit, type Verdict } from './principal.ts'

/** Options of `bearerAuth`. */
export interface BearerAuthOptions<T> {
  /**
   * Says whose token it is, now or later; anything falsy refuses it. Compare secrets with `safeEqual`. What it throws is
   * an error of the application, not a refusal.
   */
  verify: (token: string, ctx: Context) => Verdict<T>
  /** The key under which the result is kept, for `ctx.get`. Default: it is not kept. */
  as?: AssignKey<T> | undefined
  /** Names the protected space to clients. Default: none. */
  realm?: string | undefined
  /** Let requests without a token pass, with nothing under `as`; a wrong token is refused still. Default false. */
  optional?: boolean | undefined
}

const optionRules: OptionRules<BearerAuthOptions<unknown>> = {
  verify: functionRule,
  as: keyRule,
  realm: realmRule,
  optional: flagRule,
}

/**
 * Admits requests with a token that `verify` knows: `Authorization: Bearer …` (RFC 6750). Without a token the answer is
 * 401 (`ZZZ_UNAUTHENTICATED`), with a wrong one 401 and `error="invalid_token"`, with two headers or one that cannot be
 * read 400 (`ZZZ_CREDENTIALS_MALFORMED`). Tokens in the URL or the body are not looked for: they end in logs and histories.
 *
 * Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const currentUser = assign<User>('currentUser')
 * scope('/api', { use: [bearerAuth({ verify: (token) => users.byToken(token), as: currentUser })] }, routes)
 * ```
 */
export function bearerAuth<T>(options: BearerAuthOptions<T>): Middleware {
  checkOptions<typeof options>('bearerAuth', options, optionRules)
  requireOption('bearerAuth', options, 'verify')
  const { verify, as, optional = false } = options
  const bearer = bearerScheme(options.realm)
  return function bearerAuth(ctx, next) {
    const token = bearer.read(ctx)
    if (token === undefined) {
      if (optional) return next()
      throw bearer.missing()
    }
    return admit(verify(token, ctx), as, ctx, next, () => bearer.refused('The token is not valid'))
  }
}

/** The scheme of RFC 6750: reading tokens, and what is answered instead. */
export interface BearerScheme {
  /** The token; undefined without one. Throws `ZZZ_CREDENTIALS_MALFORMED`. */
  read(ctx: Context): string | undefined
  /** No token was sent: a challenge without an error code (section 3.1). */
  missing(): Error
  /** The token is refused; clients read the reason, ASCII without quotes. */
  refused(reason: string, cause?: unknown): Error
}

/** Makes the scheme with a realm, which its challenges name. */
export function bearerScheme(realm: string | undefined): BearerScheme {
  const bare = challenge('Bearer', { realm })
  return {
    read(ctx) {
      const credentials = readCredentials(ctx.request.headers, 'bearer')
      if (credentials.kind === 'given') return credentials.value
      if (credentials.kind === 'none') return undefined
      const { why } = credentials
      const parameters = { realm, error: 'invalid_request', error_description: why }
      throw malformedCredentials(challenge('Bearer', parameters), why)
    },
    missing: () => unauthenticated(bare, 'This needs a token: Authorization: Bearer …'),
    refused: (reason, cause) => {
      const parameters = { realm, error: 'invalid_token', error_description: reason }
      return unauthenticated(challenge('Bearer', parameters), reason, cause)
    },
  }
}
