import { ZzzError } from '../errors.ts'

/** One piece of a pattern between two slashes. */
export type Segment =
  | { readonly kind: 'static'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'wildcard'; readonly name: string }

/**
 * Cuts a pattern into segments: `:name` matches one segment of a path that is not empty, `*name` (only at the end) what
 * is left of it, possibly nothing. Names are ASCII identifiers, unique in a pattern; other segments stand for
 * themselves, so they are written decoded (`/caf\u00e9`, not `/caf%C3%A9`).
 *
 * Throws `ZZZ_ROUTE_PATTERN`, naming the pattern and what is wrong with it.
 *
 * ```ts
 * parsePattern('/users/:id')   // [{ kind: 'static', text: 'users' }, { kind: 'param', name: 'id' }]
 * parsePattern('/')            // []
 * ```
 */
export function parsePattern(pattern: string): readonly Segment[] {
  if (typeof pattern !== 'string' || !pattern.startsWith('/'))
    throw patternError(pattern, 'it has to start with a slash')
  if (pattern === '/') return []
  if (pattern.endsWith('/'))
    throw patternError(pattern, 'leave out the last slash; a path matches with and without it')
  const segments = pattern
    .slice(1)
    .split('/')
    .map((text) => parseSegment(pattern, text))
  checkNames(pattern, segments)
  return segments
}

/**
 * Puts a scope's prefix before a pattern; `/` on either side adds nothing.
 *
 * ```ts
 * joinPatterns('/api', '/users')   // '/api/users'
 * joinPatterns('/api', '/')        // '/api'
 * ```
 */
export function joinPatterns(prefix: string, pattern: string): string {
  if (pattern === '/') return prefix
  return prefix === '/' ? pattern : prefix + pattern
}

/**
 * The pattern without its names: two patterns of one shape match the same paths.
 *
 * ```ts
 * shapeOf(parsePattern('/users/:id/*rest'))   // '/users/:/*'
 * ```
 */
export function shapeOf(segments: readonly Segment[]): string {
  const marks = { param: ':', wildcard: '*' }
  return (
    '/' +
    segments.map((segment) => (segment.kind === 'static' ? segment.text : marks[segment.kind])).join('/')
  )
}

function parseSegment(pattern: string, text: string): Segment {
  const mark = text[0]
  if (mark === ':' || mark === '*') {
    const name = text.slice(1)
    if (!/^[A-Za-z_$][\w$]*$/.test(name) || name === '__proto__') {
      throw patternError(
        pattern,
        `${JSON.stringify(text)} needs an identifier after its ${JSON.stringify(mark)}`,
      )
    }
    return { kind: mark === ':' ? 'param' : 'wildcard', name }
  }
  const fault = faultOf(text)
  if (fault !== undefined) throw patternError(pattern, fault)
  return { kind: 'static', text }
}

/** What makes a text unfit for a static segment: no request could match it, or it means something else than it says. */
function faultOf(text: string): string | undefined {
  if (text === '') return 'it has an empty segment'
  if (text === '.' || text === '..') return `a segment ${JSON.stringify(text)} never reaches a route`
  if (/[:*]/.test(text)) return `in ${JSON.stringify(text)} a ":" or "*" does not start the segment`
  if (text.includes('%')) return `write ${JSON.stringify(text)} decoded`
  if (/[?#\0]/.test(text)) return `${JSON.stringify(text)} holds a character that no path has`
  return undefined
}

function checkNames(pattern: string, segments: readonly Segment[]): void {
  const names = new Set<string>()
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === 'static') continue
    if (names.has(segment.name))
      throw patternError(pattern, `the name ${JSON.stringify(segment.name)} is there twice`)
    if (segment.kind === 'wildcard' && index < segments.length - 1) {
      throw patternError(pattern, `nothing may follow the wildcard "*${segment.name}"`)
    }
    names.add(segment.name)
  }
}

function patternError(pattern: string, fault: string): ZzzError {
  return new ZzzError('ZZZ_ROUTE_PATTERN', `The pattern ${JSON.stringify(pattern)} is not valid: ${fault}`)
}
