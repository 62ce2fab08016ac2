/** The name in one segment of a pattern: `:id` and `*id` give `id`, anything else nothing. */
type NameIn<Segment extends string> = Segment extends `:${infer Name}`
  ? Name
  : Segment extends `*${infer Name}`
    ? Name
    : never

/**
 * The parameter names of a pattern as a union; all strings for a pattern that is only known at run time.
 *
 * ```ts
 * ParamNames<'/users/:id/files/*rest'>   // 'id' | 'rest'
 * ```
 */
export type ParamNames<Pattern extends string> = string extends Pattern ? string : NamesIn<Pattern>

type NamesIn<Pattern extends string> = Pattern extends `${infer Head}/${infer Tail}`
  ? NameIn<Head> | NamesIn<Tail>
  : NameIn<Pattern>

/**
 * The path parameters that a pattern gives its handler.
 *
 * ```ts
 * Params<'/users/:id'>   // { readonly id: string }
 * ```
 */
export type Params<Pattern extends string> = { readonly [Name in ParamNames<Pattern>]: string }

/** `joinPatterns` on the level of types. */
export type JoinPatterns<Prefix extends string, Pattern extends string> = string extends Prefix | Pattern
  ? string
  : Pattern extends '/'
    ? Prefix
    : Prefix extends '/'
      ? Pattern
      : `${Prefix}${Pattern}`
