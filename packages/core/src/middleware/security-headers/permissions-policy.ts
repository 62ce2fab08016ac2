import { ZzzError } from '../../errors.ts'

/** Features of the browser by name, with the origins that may use them: `self`, `*`, or `https://…`; none is nobody. */
export type PermissionsPolicy = Readonly<Record<string, readonly string[]>>

const defaults: PermissionsPolicy = { camera: [], geolocation: [], microphone: [] }

/**
 * The value of `Permissions-Policy` (W3C Permissions Policy section 5.2, a dictionary of RFC 9651); what is given is added
 * to the defaults or replaces them. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * permissionsPolicy({ camera: ['self', 'https://a.test'] })
 * // 'camera=(self "https://a.test"), geolocation=(), microphone=()'
 * ```
 */
export function permissionsPolicy(policy: PermissionsPolicy | false): string | false {
  if (policy === false) return false
  return Object.entries({ ...defaults, ...policy })
    .map(([feature, origins]) => `${checkFeature(feature)}=${allowList(feature, origins)}`)
    .join(', ')
}

function checkFeature(feature: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(feature)) return feature
  throw refused(`${JSON.stringify(feature)} is no feature's name: lower case, digits, hyphens`)
}

function allowList(feature: string, origins: readonly string[]): string {
  if (!Array.isArray(origins)) throw refused(`${feature} has to be a list of origins`)
  if (origins.length === 1 && origins[0] === '*') return '*'
  const members = origins.map((origin: unknown) => {
    if (origin === 'self' || origin === 'src') return origin
    if (typeof origin === 'string' && /^https?:\/\/[\x21\x23-\x5b\x5d-\x7e]+$/.test(origin))
      return `"${origin}"`
    throw refused(`${JSON.stringify(origin)} of ${feature} is not self, an origin, or * alone`)
  })
  return `(${members.join(' ')})`
}

function refused(why: string): ZzzError {
  return new ZzzError('ZZZ_OPTION_INVALID', `securityHeaders: option "permissionsPolicy": ${why}`)
}
