import Negotiator from 'negotiator'
import { ownText } from '../internal/own-text.ts'
import { createRecent } from '../internal/recent.ts'
import { readPreferences } from './preferences.ts'

/** Codings that files are kept in beside their originals, the densest first, with the extension of each. */
export const storedCodings: readonly { readonly coding: string; readonly extension: string }[] = [
  { coding: 'br', extension: '.br' },
  { coding: 'zstd', extension: '.zst' },
  { coding: 'gzip', extension: '.gz' },
]

/** Gives the codings that a client takes by its `Accept-Encoding`, the one it likes best first. */
export type CodingNegotiator = (acceptEncoding: string | undefined) => readonly string[]

/** Its types do not know the order of equals yet. */
interface OrderedNegotiator {
  encodings(available: readonly string[], options: { preferred: readonly string[] }): string[]
}

/**
 * Makes a negotiator of codings (RFC 9110 section 12.5.3); of those that a client likes equally, the first of `codings`
 * comes first. `identity`, the plain form, is always one of them, behind the rest; an answer without it says that the
 * client refuses the plain form. Of a field beyond 1,024 characters only the first ones count.
 */
export function codingNegotiator(codings: readonly string[]): CodingNegotiator {
  const preferred = [...codings, 'identity']
  /** Browsers send few different fields, so their answers are kept; forged ones cannot make the memory grow. */
  const memory = createRecent<readonly string[]>(100)
  return (field) => {
    const acceptEncoding = readPreferences(field)
    if (acceptEncoding === undefined) return plain
    const known = memory.get(acceptEncoding)
    if (known !== undefined) return known
    const accepted = negotiate(acceptEncoding, preferred)
    memory.set(ownText(acceptEncoding), accepted)
    return accepted
  }
}

const plain: readonly string[] = ['identity']

/**
 * The codings of a file that a client takes; of equals, the densest. Empty only when it refuses even the plain form.
 *
 * ```ts
 * acceptedCodings('gzip, br;q=0.9')   // ['gzip', 'br', 'identity']
 * ```
 */
export const acceptedCodings: CodingNegotiator = codingNegotiator(storedCodings.map(({ coding }) => coding))

function negotiate(acceptEncoding: string, preferred: readonly string[]): readonly string[] {
  const negotiator: OrderedNegotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } })
  return negotiator.encodings(preferred, { preferred })
}
