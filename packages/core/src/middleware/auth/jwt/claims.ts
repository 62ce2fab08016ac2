/** The claims of a token: the registered ones (RFC 7519 section 4.1) and any others. */
export interface JwtClaims {
  readonly iss?: string | undefined
  readonly sub?: string | undefined
  readonly aud?: string | readonly string[] | undefined
  /** Seconds since the epoch. */
  readonly exp?: number | undefined
  /** Seconds since the epoch. */
  readonly nbf?: number | undefined
  /** Seconds since the epoch. */
  readonly iat?: number | undefined
  readonly jti?: string | undefined
  readonly [claim: string]: unknown
}

/** What claims have to be. */
export interface ClaimRules {
  readonly issuer: readonly string[] | undefined
  readonly audience: readonly string[] | undefined
  readonly required: readonly string[]
  /** Seconds by which the clocks of issuer and server may differ. */
  readonly tolerance: number
  /** Seconds since `iat`; undefined for any age. */
  readonly maxAge: number | undefined
}

/** Why claims are refused at `now`, in milliseconds since the epoch; undefined when they are not. */
export function faultOfClaims(claims: JwtClaims, rules: ClaimRules, now: number): string | undefined {
  return faultOfTimes(claims, rules, now / 1000) ?? faultOfParties(claims, rules)
}

function faultOfTimes(claims: JwtClaims, { tolerance, maxAge }: ClaimRules, now: number): string | undefined {
  const { exp, nbf, iat } = claims
  if (!isTime(exp) || !isTime(nbf) || !isTime(iat)) return 'A time of the token is no number'
  if (exp !== undefined && exp <= now - tolerance) return 'The token has expired'
  if (nbf !== undefined && nbf > now + tolerance) return 'The token is not valid yet'
  if (maxAge === undefined) return undefined
  if (iat === undefined) return 'The token does not say when it was issued'
  if (iat > now + tolerance) return 'The token is issued in the future'
  return iat < now - tolerance - maxAge ? 'The token is too old' : undefined
}

function faultOfParties(claims: JwtClaims, { issuer, audience, required }: ClaimRules): string | undefined {
  const missing = required.find((name) => !Object.hasOwn(claims, name))
  if (missing !== undefined) return `The token lacks the claim ${missing}`
  if (claims.sub !== undefined && typeof claims.sub !== 'string') return 'The subject of the token is no text'
  if (issuer !== undefined && !(typeof claims.iss === 'string' && issuer.includes(claims.iss))) {
    return 'The token is from another issuer'
  }
  if (audience !== undefined) {
    const named = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
    if (!named.some((name) => audience.includes(name))) return 'The token is for another audience'
  }
  return undefined
}

function isTime(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value))
}
