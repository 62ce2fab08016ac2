import type { Matcher, MatcherEntry } from './matcher.ts'
import { TrieMatcher } from './matchers/trie.ts'

/**
 * Builds the matcher of an application from its routes. Entries are unique by method and shape, as `flattenRoutes`
 * leaves them. Throws `ZZZ_ROUTE_PATTERN` for an invalid pattern.
 *
 * ```ts
 * const matcher = createMatcher(flattenRoutes(routes))
 * matcher.match('GET', '/users/42')   // { kind: 'found', entry, params: { id: '42' } }
 * ```
 */
export function createMatcher<E extends MatcherEntry>(entries: readonly E[]): Matcher<E> {
  return new TrieMatcher(entries)
}
