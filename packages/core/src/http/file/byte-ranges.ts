/** Bytes of a representation, from 0, both ends included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** More parts than any honest client asks for; PDF readers and players ask for a handful. */
const partLimit = 32
/** More overlaps than these are no mistake (RFC 9110 section 14.2). */
const overlapLimit = 2

/**
 * Reads a `Range` field against a representation of `size` bytes (RFC 9110 section 14).
 *
 * Undefined means that the field is to be ignored: another unit, or malformed. An empty list means 416: no part exists,
 * or the field asks for too much (more than 32 parts, or more than two overlaps). Parts come in the order they were
 * asked for; those that overlap are joined, so no answer holds a byte twice.
 *
 * ```ts
 * parseByteRanges('bytes=0-499', 10_000)      // [{ first: 0, last: 499 }]
 * parseByteRanges('bytes=-500', 10_000)       // [{ first: 9500, last: 9999 }]
 * parseByteRanges('bytes=-99999', 10_000)     // [{ first: 0, last: 9999 }]
 * parseByteRanges('bytes=10000-', 10_000)     // []
 * ```
 */
export function parseByteRanges(field: string, size: number): readonly ByteRange[] | undefined {
  const set = /^bytes[\t ]*=(.*)$/i.exec(field)?.[1]
  if (set === undefined) return undefined
  const specs = set
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '')
  const parts = specs.map((spec) => parseSpec(spec, size))
  if (parts.length === 0 || parts.includes('malformed')) return undefined
  // The end of nothing is nothing, which no Content-Range can say: the plain answer says it.
  if (size === 0 && parts.includes('empty')) return undefined
  if (parts.length > partLimit) return []
  return join(parts.filter((part) => typeof part === 'object'))
}

function parseSpec(spec: string, size: number): ByteRange | 'malformed' | 'unsatisfiable' | 'empty' {
  const match = /^(\d*)-(\d*)$/.exec(spec)
  if (match === null || spec === '-') return 'malformed'
  const [first, last] = [match[1] as string, match[2] as string]
  if (first === '') {
    const length = Math.min(Number(last), size)
    if (Number(last) === 0) return 'unsatisfiable'
    return length === 0 ? 'empty' : { first: size - length, last: size - 1 }
  }
  if (last !== '' && isLess(last, first)) return 'malformed'
  if (Number(first) >= size) return 'unsatisfiable'
  return { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}

/** Compares numbers of any length: as `Number`, large ones would be equal. */
function isLess(a: string, b: string): boolean {
  return BigInt(a) < BigInt(b)
}

/** Joins what overlaps; gives nothing when too much does. */
function join(parts: readonly ByteRange[]): readonly ByteRange[] {
  let overlaps = 0
  let joined: ByteRange[] = []
  for (const part of parts) {
    const touched = joined.filter((other) => part.first <= other.last && other.first <= part.last)
    if (touched.length === 0) {
      joined.push(part)
      continue
    }
    overlaps += touched.length
    if (overlaps > overlapLimit) return []
    const all = [...touched, part]
    const union = {
      first: Math.min(...all.map(({ first }) => first)),
      last: Math.max(...all.map(({ last }) => last)),
    }
    joined = joined
      .map((other) => (other === touched[0] ? union : other))
      .filter((other) => !touched.includes(other))
  }
  return joined
}

/** The value of `Content-Range` for one part. */
export function contentRange({ first, last }: ByteRange, size: number): string {
  return `bytes ${first}-${last}/${size}`
}
