import { compileUrl, type UrlArgs } from './url.ts'

/** A pattern as a value that knows its parameters; routes take it in place of the text. */
export interface Path<Pattern extends string> {
  readonly kind: 'path'
  readonly pattern: Pattern
  /**
   * The URL of this path: parameters are percent-encoded (a wildcard keeps its slashes), query keys with null or
   * undefined are left out. Throws `ZZZ_ROUTE_PARAM` for a value that cannot stand in a path: empty, `.`, `..`.
   */
  url(...args: UrlArgs<Pattern>): string
}

/**
 * Names a pattern, so that routes and links share one definition without importing the application. It is
 * always a whole pattern: route it outside of scopes, or in `scope('/', …)`; below a prefix it is refused at start.
 *
 * Throws `ZZZ_ROUTE_PATTERN` for an invalid pattern.
 *
 * ```ts
 * export const userPath = path('/users/:id')
 * get(userPath, users.show)                        // in the routes
 * userPath.url({ id: 42 }, { tab: 'posts' })       // '/users/42?tab=posts'
 * ```
 */
export function path<const Pattern extends string>(pattern: Pattern): Path<Pattern> {
  const build = compileUrl(pattern)
  return Object.freeze({
    kind: 'path',
    pattern,
    url: (...[params, query]: UrlArgs<Pattern>) => build(params, query),
  })
}

/** The text of a pattern that is given as text or as a path value. */
export function patternOf<Pattern extends string>(pattern: Pattern | Path<Pattern>): Pattern {
  return typeof pattern === 'string' ? pattern : pattern.pattern
}
