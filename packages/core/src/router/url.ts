import { ZzzError } from '../errors.ts'
import type { ParamNames } from './params.ts'
import { parsePattern, type Segment } from './pattern.ts'

/** A query value; null and undefined are left out, a list repeats its key. */
export type QueryValue = Scalar | readonly Scalar[] | null | undefined

/** The query of a URL, key by key. */
export type Query = Readonly<Record<string, QueryValue>>

/** What fills a pattern's parameters. */
export type UrlParams<Pattern extends string> = { readonly [Name in ParamNames<Pattern>]: string | number }

/** Arguments that make a URL of a pattern: parameters where it has some, then the query. */
export type UrlArgs<Pattern extends string> = [ParamNames<Pattern>] extends [never]
  ? [params?: Readonly<Record<string, never>> | undefined, query?: Query | undefined]
  : [params: UrlParams<Pattern>, query?: Query | undefined]

/** Makes URLs of one pattern; the untyped form of `path(pattern).url`. */
export type UrlBuilder = (params?: Readonly<Record<string, string | number>>, query?: Query) => string

type Scalar = string | number | boolean

/**
 * Compiles a pattern to a function that fills it. Values are percent-encoded; a wildcard's keeps its slashes. The
 * function throws `ZZZ_ROUTE_PARAM` for a value that is missing, unknown or empty (a wildcard may be), that is not a
 * string or a finite number, or that would make a `.` or `..` segment, which clients resolve away.
 *
 * ```ts
 * compileUrl('/users/:id')({ id: 'a/b' }, { tab: ['x', 'y'] })   // '/users/a%2Fb?tab=x&tab=y'
 * ```
 */
export function compileUrl(pattern: string): UrlBuilder {
  const segments = parsePattern(pattern)
  const names = new Set(segments.flatMap((segment) => (segment.kind === 'static' ? [] : [segment.name])))
  const fillers = segments.map((segment) => createFiller(pattern, segment))
  return (params = {}, query = {}) => {
    for (const name of Object.keys(params)) {
      if (!names.has(name)) throw paramError(pattern, name, 'the pattern has no such parameter')
    }
    return (fillers.map((fill) => fill(params)).join('') || '/') + formatQuery(query)
  }
}

/** Writes one segment of a URL with its slash. */
type Filler = (params: Readonly<Record<string, unknown>>) => string

function createFiller(pattern: string, segment: Segment): Filler {
  if (segment.kind === 'static') {
    const text = '/' + encodeURI(segment.text)
    return () => text
  }
  const { kind, name } = segment
  return (params) => {
    const value = textOf(pattern, name, Object.hasOwn(params, name) ? params[name] : undefined)
    if (kind === 'wildcard' && value === '') return ''
    const parts = kind === 'wildcard' ? value.split('/') : [value]
    return parts.map((part) => '/' + encodePart(pattern, name, part)).join('')
  }
}

function textOf(pattern: string, name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  throw paramError(pattern, name, `expected a string or a finite number, got ${String(value)}`)
}

function encodePart(pattern: string, name: string, part: string): string {
  if (part === '') throw paramError(pattern, name, 'an empty segment matches nothing')
  if (part === '.' || part === '..')
    throw paramError(pattern, name, `clients resolve a segment ${JSON.stringify(part)} away`)
  if (part.includes('\0')) throw paramError(pattern, name, 'no path has a NUL character')
  return encodeURIComponent(part.toWellFormed())
}

function formatQuery(query: Query): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue
    for (const item of Array.isArray(value) ? value : [value]) search.append(key, String(item))
  }
  return search.size === 0 ? '' : '?' + search.toString()
}

function paramError(pattern: string, name: string, fault: string): ZzzError {
  return new ZzzError(
    'ZZZ_ROUTE_PARAM',
    `No URL of ${JSON.stringify(pattern)}: parameter ${JSON.stringify(name)}: ${fault}`,
  )
}
