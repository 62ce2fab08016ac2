/**
 * The part of a request's path below a prefix, decoded, without a slash in front. Undefined for a path elsewhere, and for
 * one that cannot be decoded without changing what its slashes mean.
 *
 * ```ts
 * pathBelow('/static/caf%C3%A9.css', '/static')   // 'café.css'
 * pathBelow('/static/', '/static')                // ''
 * pathBelow('/static/a%2Fb', '/static')           // undefined
 * ```
 */
export function pathBelow(path: string, prefix: string): string | undefined {
  if (!path.startsWith(prefix) || path.charCodeAt(prefix.length) !== slash) return undefined
  const rest = path.slice(prefix.length + 1)
  return rest.includes('%') ? decode(rest) : rest
}

const slash = 47

function decode(path: string): string | undefined {
  try {
    const segments = path.split('/').map(decodeURIComponent)
    return segments.some((segment) => segment.includes('/')) ? undefined : segments.join('/')
  } catch {
    return undefined
  }
}
