import { type Clock, clockRule, systemClock } from '../../clock.ts'
import type { AppInfo } from '../../context/app-info.ts'
import type { AssignKey } from '../../context/assign.ts'
import type { Context } from '../../context/context.ts'
import type { Middleware } from '../../context/middleware.ts'
import { isPromise, mapMaybe } from '../../internal/maybe-promise.ts'
import {
  countRule,
  flagRule,
  functionRule,
  isObject,
  isText,
  secondsRule,
} from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, type Rule } from '../../internal/options.ts'
import { keyRule } from './auth-options.ts'
import { bearerScheme } from './bearer-auth.ts'
import { realmRule } from './challenge.ts'
import { type ClaimRules, faultOfClaims, type JwtClaims } from './jwt/claims.ts'
import { type KeyOptions, shortSecret, signatureCheck } from './jwt/keys.ts'
import { jsonObject, type Outcome, refuse, type Token, tokenReader } from './jwt/token.ts'
import { admit, type Verdict } from './principal.ts'

/** Options of `jwtAuth` that do not depend on what is kept of a token. */
export interface JwtOptions extends KeyOptions {
  /** Who may have issued the token (`iss`), one of them. Default: anyone with the key. */
  issuer?: string | readonly string[] | undefined
  /** Whom the token has to be for (`aud`), one of them. Default: anyone. */
  audience?: string | readonly string[] | undefined
  /** The type that the header has to name, such as `at+jwt` (RFC 9068). Default: any. */
  typ?: string | undefined
  /** Claims that have to be there, such as `exp`: a token without it never expires. Default: none. */
  requiredClaims?: readonly string[] | undefined
  /** Seconds by which the clocks of issuer and server may differ, for `exp`, `nbf` and `iat`. Default 0. */
  clockTolerance?: number | undefined
  /** Seconds that may have passed since `iat`, whatever `exp` says; `iat` is required then. Default: any. */
  maxAge?: number | undefined
  /** The longest token that is looked at, in characters. Default 8192. */
  maxLength?: number | undefined
  /** Names the protected space to clients. Default: none. */
  realm?: string | undefined
  /** Let requests without a token pass, with nothing under `as`; a wrong token is refused still. Default false. */
  optional?: boolean | undefined
  /** What `exp` and the like are compared with. Default: the machine's clock. */
  clock?: Clock | undefined
}

/** Options of `jwtAuth` that keep the claims. */
export interface JwtAuthOptions extends JwtOptions {
  /** The key under which the claims are kept, for `ctx.get`. Default: they are not kept. */
  as?: AssignKey<JwtClaims> | undefined
}

/** Options of `jwtAuth` that keep something made of the claims. */
export interface JwtPrincipalOptions<T> extends JwtOptions {
  /** Says who it is, now or later; anything falsy refuses the token: a user who is gone, a token that was revoked. */
  principal: (claims: JwtClaims, ctx: Context) => Verdict<T>
  /** The key under which the principal is kept, for `ctx.get`. Default: it is not kept. */
  as?: AssignKey<T> | undefined
}

const isTexts = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isText)
const namesRule: Rule = ['a text or a list of texts', (value) => isText(value) || isTexts(value)]
const isSecret = (value: unknown) => typeof value === 'string' || value instanceof Uint8Array
const optionRules: OptionRules<JwtOptions & Partial<JwtPrincipalOptions<unknown>>> = {
  secret: [
    'a text, bytes, or a list of them',
    (value) => isSecret(value) || (Array.isArray(value) && value.every(isSecret)),
  ],
  publicKey: ['PEM, a JSON Web Key or a KeyObject', (value) => isText(value) || isObject(value)],
  jwks: ['a URL or a JSON Web Key Set', (value) => isText(value) || isObject(value)],
  algorithms: ['a list of algorithms', isTexts],
  issuer: namesRule,
  audience: namesRule,
  typ: ['a media type', isText],
  // Their names stand in the challenge of a token that lacks one.
  requiredClaims: [
    'a list of claims in printable ASCII',
    (value) => isTexts(value) && (value as string[]).every((name) => /^[\x20-\x7e]+$/.test(name)),
  ],
  clockTolerance: secondsRule,
  maxAge: secondsRule,
  maxLength: countRule,
  realm: realmRule,
  optional: flagRule,
  clock: clockRule,
  principal: functionRule,
  as: keyRule,
}

/**
 * Admits requests with a signed JSON Web Token as bearer (RFC 7519, RFC 6750, by the advice of RFC 8725): the algorithm is
 * one of those allowed, which go with the key; the signature is right; there are no critical extensions; `exp`, `nbf`,
 * issuer and audience are as they have to be. Keys that a token brings along are ignored. Answers are those of
 * `bearerAuth`; when the server of the keys does not answer, 503 (`ZZZ_KEYS_UNAVAILABLE`).
 *
 * Public keys need the package `jose`. A secret that is shorter than RFC 7518 asks for (32 bytes for HS256) is a process
 * warning outside development and tests, since it could be guessed from a token: not every issuer lets its users choose.
 * Throws `ZZZ_OPTION_INVALID`, `ZZZ_PEER_MISSING`.
 *
 * ```ts
 * const claims = assign<JwtClaims>('claims')
 * jwtAuth({ jwks: 'https://id.example.com/jwks.json', issuer: 'https://id.example.com', audience: 'api', as: claims })
 * ```
 */
export function jwtAuth(options: JwtAuthOptions): Middleware
export function jwtAuth<T>(options: JwtPrincipalOptions<T>): Middleware
export function jwtAuth<T>(options: JwtOptions & Partial<JwtPrincipalOptions<T>>): Middleware {
  checkOptions<typeof options>('jwtAuth', options, optionRules)
  const { as, optional = false } = options
  const principal = options.principal ?? ((claims: JwtClaims) => claims as T)
  const verify = tokenVerifier(options)
  const bearer = bearerScheme(options.realm)
  const refused = () => bearer.refused('The token is not valid')

  const jwtAuth: Middleware = (ctx, next) => {
    const token = bearer.read(ctx)
    if (token === undefined) {
      if (optional) return next()
      throw bearer.missing()
    }
    const outcome = verify(token)
    return isPromise(outcome) ? outcome.then(proceed) : proceed(outcome)

    function proceed(outcome: Outcome<JwtClaims>) {
      if (!outcome.ok) throw bearer.refused(outcome.reason, outcome.cause)
      return admit(principal(outcome.value, ctx), as, ctx, next, refused)
    }
  }
  return Object.assign(jwtAuth, { prepare: (app: AppInfo) => warnOfWeakSecret(options, app) })
}

/** Makes the whole verification of a token's text. */
function tokenVerifier(options: JwtOptions) {
  const { clock = systemClock, maxLength = 8192, typ, issuer, audience } = options
  const check = signatureCheck(options, clock)
  const read = tokenReader({ algorithms: check.algorithms, typ, maxLength })
  const rules: ClaimRules = {
    issuer: issuer === undefined ? undefined : [issuer].flat(),
    audience: audience === undefined ? undefined : [audience].flat(),
    required: options.requiredClaims ?? [],
    tolerance: options.clockTolerance ?? 0,
    maxAge: options.maxAge,
  }

  function claimsOf({ payload }: Token): Outcome<JwtClaims> {
    const claims = jsonObject(payload)
    if (claims === undefined) return refuse('The payload of the token is no JSON object')
    const fault = faultOfClaims(claims, rules, clock.now())
    return fault === undefined ? { ok: true, value: claims } : refuse(fault)
  }

  return (text: string) => {
    const token = read(text)
    if (!token.ok) return token
    return mapMaybe(check.verify(token.value), (signed) => (signed.ok ? claimsOf(token.value) : signed))
  }
}

function warnOfWeakSecret(options: JwtOptions, { environment }: AppInfo): void {
  const short = shortSecret(options)
  if (short === undefined || environment === 'development' || environment === 'test') return
  process.emitWarning(
    `jwtAuth: the secret has ${short.bytes} bytes and needs ${short.needed} for its algorithm (RFC 7518 3.2), or it could be guessed from a token. ` +
      `Make one with: node -p "crypto.randomBytes(48).toString('base64url')"`,
    'ZzzSecurityWarning',
  )
}
