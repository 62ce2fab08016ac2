/** Stands between decoded segments, where a slash could be either a separator or text; no decoded path has one. */
export const separator = '\0'

/**
 * Cuts a raw path at its slashes, decodes each segment once and joins them again with `separator`. Undefined for a path
 * that no route may see: broken percent-encoding or UTF-8, a NUL, a segment that is `.` or `..` after decoding.
 *
 * ```ts
 * decodePath('/files/a%2Fb')   // '\0files\0a/b'
 * decodePath('/files/%2e%2e')  // undefined
 * ```
 */
export function decodePath(path: string): string | undefined {
  const segments: string[] = []
  for (const raw of path.split('/')) {
    const segment = decodeSegment(raw)
    if (segment === undefined || segment === '.' || segment === '..' || segment.includes(separator))
      return undefined
    segments.push(segment)
  }
  return segments.join(separator)
}

/**
 * True when a wildcard's value has a part `..`. Segments alone cannot tell: `a%2F..%2Fb` is one segment, and systems
 * disagree on backslashes.
 */
export function climbs(value: string): boolean {
  return value.includes('..') && value.split(/[/\\]/).includes('..')
}

function decodeSegment(raw: string): string | undefined {
  if (!raw.includes('%')) return raw
  try {
    return decodeURIComponent(raw)
  } catch {
    return undefined
  }
}
