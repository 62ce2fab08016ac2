import Negotiator from 'negotiator'

/** Codings that files are kept in beside their originals, the densest first, with the extension of each. */
export const storedCodings: readonly { readonly coding: string; readonly extension: string }[] = [
  { coding: 'br', extension: '.br' },
  { coding: 'zstd', extension: '.zst' },
  { coding: 'gzip', extension: '.gz' },
]

/** Its types do not know the order of equals yet. */
interface OrderedNegotiator {
  encodings(available: readonly string[], options: { preferred: readonly string[] }): string[]
}

const preferred = [...storedCodings.map(({ coding }) => coding), 'identity']
/** Browsers send few different fields, so their answers are kept; forged ones cannot make the memory grow. */
const memory = new Map<string, readonly string[]>()
const memoryLimit = 200

/**
 * The codings of a file that a client takes, the one it likes best first (RFC 9110 section 12.5.3); of equals, the
 * densest. Empty only when it refuses even the plain form.
 *
 * ```ts
 * acceptedCodings('gzip, br;q=0.9')   // ['gzip', 'br', 'identity']
 * ```
 */
export function acceptedCodings(acceptEncoding: string | undefined): readonly string[] {
  if (acceptEncoding === undefined) return ['identity']
  const known = memory.get(acceptEncoding)
  if (known !== undefined) return known
  const codings = negotiate(acceptEncoding)
  if (memory.size >= memoryLimit) memory.clear()
  // A copy: the field is a slice that would keep the whole request head.
  memory.set(Buffer.from(acceptEncoding, 'latin1').toString('latin1'), codings)
  return codings
}

function negotiate(acceptEncoding: string): readonly string[] {
  const negotiator: OrderedNegotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } })
  return negotiator.encodings(preferred, { preferred })
}
