import type { Match, Matcher, MatcherEntry } from '../matcher.ts'
import { parsePattern, type Segment, shapeOf } from '../pattern.ts'

/** The rules of `Matcher` as plainly as they can be written: try all patterns, the most specific first. For tests. */
export class LinearMatcher<E extends MatcherEntry> implements Matcher<E> {
  readonly #patterns: { segments: readonly Segment[]; shape: string; entry: E }[]

  constructor(entries: readonly E[]) {
    this.#patterns = entries
      .map((entry) => ({ entry, segments: parsePattern(entry.pattern) }))
      .map(({ entry, segments }) => ({ entry, segments, shape: shapeOf(segments) }))
      .sort((a, b) => (rank(a.segments) < rank(b.segments) ? -1 : 1))
  }

  match(method: string, path: string): Match<E> {
    if (!path.startsWith('/')) return { kind: 'not-found' }
    const parts = decode(path)
    if (parts === undefined) return { kind: 'malformed' }
    const matching = this.#patterns.filter(({ segments }) => capture(segments, parts) !== undefined)
    for (const { shape } of matching) {
      const alike = matching.filter((other) => other.shape === shape)
      const hit = [method, method === 'HEAD' ? 'GET' : method, '*']
        .map((wanted) => alike.find(({ entry }) => entry.method === wanted))
        .find((found) => found !== undefined)
      if (hit === undefined) continue
      const params = capture(hit.segments, parts) as Record<string, string>
      const last = hit.segments.at(-1)
      const climbs = last?.kind === 'wildcard' && params[last.name]?.split(/[/\\]/).includes('..')
      return climbs ? { kind: 'malformed' } : { kind: 'found', entry: hit.entry, params }
    }
    if (matching.length === 0) return { kind: 'not-found' }
    const methods = matching.map(({ entry }) => entry.method)
    if (methods.includes('GET')) methods.push('HEAD')
    return { kind: 'method-not-allowed', allowed: new Set([...methods, 'OPTIONS'].sort()) }
  }
}

/** Sorts patterns that match the same path: end before text before parameter before wildcard, from the left. */
function rank(segments: readonly Segment[]): string {
  return segments.map(({ kind }) => ({ static: '1', param: '2', wildcard: '3' })[kind]).join('')
}

function decode(path: string): string[] | undefined {
  const raw = path.slice(1).split('/')
  if (raw.at(-1) === '') raw.pop()
  try {
    const parts = raw.map(decodeURIComponent)
    return parts.some((part) => part === '.' || part === '..' || part.includes('\0')) ? undefined : parts
  } catch {
    return undefined
  }
}

function capture(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  const [head, ...rest] = segments
  if (head === undefined) return parts.length === 0 ? params : undefined
  if (head.kind === 'wildcard') return { [head.name]: parts.join('/') }
  const [part, ...others] = parts
  if (part === undefined || part === '') return undefined
  if (head.kind === 'static' && head.text !== part) return undefined
  const below = capture(rest, others)
  if (below === undefined) return undefined
  return head.kind === 'param' ? { [head.name]: part, ...below } : below
}
