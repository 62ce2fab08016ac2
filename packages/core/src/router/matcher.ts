/** Path parameters by name, percent-decoded once. */
export type PathParams = Readonly<Record<string, string>>

/** What a matcher needs to know of a route; it gives back the entry itself. */
export interface MatcherEntry {
  /** The method as clients send it; `*` for all of them. */
  readonly method: string
  readonly pattern: string
}

/** The answer to a request's method and path. */
export type Match<E> =
  | { readonly kind: 'found'; readonly entry: E; readonly params: PathParams }
  /** The path is known, but not with this method; `allowed` is what the `Allow` header says, in alphabetical order. */
  | { readonly kind: 'method-not-allowed'; readonly allowed: ReadonlySet<string> }
  | { readonly kind: 'not-found' }
  /** The path has broken percent-encoding, a `.` or `..` segment, or a NUL; the answer is 400. */
  | { readonly kind: 'malformed' }

/**
 * Finds the route of a request. The rules are the same for every implementation (`matcher.suite.ts` holds them to it):
 *
 * - The most specific pattern wins, whatever the order of the entries: segment by segment from the left, static text
 *   before parameter before wildcard, going back where a choice leads nowhere.
 * - A pattern counts only if it answers the method: with an entry of that method, for HEAD else with one for GET, else
 *   with one for `*`.
 * - Segments are cut at raw slashes and decoded once, so `%2F` does not cut and `/%68ello` is `/hello`.
 * - One slash at the end of a path is ignored; an empty segment matches no parameter.
 * - A target that does not start with a slash (`*`, the authority of CONNECT) is not found.
 */
export interface Matcher<E extends MatcherEntry> {
  /** Matches a method and a path that is still percent-encoded and has no query. Never throws. */
  match(method: string, path: string): Match<E>
}
