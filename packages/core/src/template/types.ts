import type { Html } from './html.ts'

/**
 * The vocabulary of the types that are generated from templates. `At` is the place in the template that asks for a
 * value, `users/show.html.zzz:3:5`: the compiler shows it when the value does not fit.
 */

declare const place: unique symbol

/** Nothing is of this type; it carries a place into the compiler's messages. */
export interface Place<out At extends string> {
  readonly [place]: readonly [never, At]
}

/** What a guarded value may be instead of itself. */
export type Absent = null | undefined | false

/** A value of a type, asked for at a place. */
export type Value<T, At extends string> = T | Place<At>

/** What `{{value}}` prints. Booleans, dates and other objects are not among it: say how with a pipe or a condition. */
export type Printable<At extends string> = string | number | bigint | Html | Place<At>

/** What a style takes. */
export type Plain<At extends string> = string | number | bigint | Place<At>

/** What an attribute that holds an address takes. */
export type Link<At extends string> = string | number | bigint | URL | Place<At>

/** What pipes for text take. */
export type Text<At extends string> = string | Place<At>

/** What pipes for numbers take. */
export type Numeric<At extends string> = number | bigint | Place<At>

/** What `format_date` takes: a date, an instant of Temporal, a text or milliseconds that `Date` understands. */
export type Datelike<At extends string> =
  | Date
  | string
  | number
  | { readonly epochMilliseconds: number }
  | Place<At>

/** What `==` and `!=` take. */
export type Comparable<At extends string> =
  | string
  | number
  | bigint
  | boolean
  | Date
  | null
  | undefined
  | Place<At>

/** What `<`, `<=`, `>` and `>=` take. */
export type Ordered<At extends string> = string | number | bigint | Date | Place<At>

/** What stands in a script or goes through `json`. */
export type Json<At extends string> =
  | string
  | number
  | boolean
  | null
  | undefined
  | (object & NoFunction)
  // Literals are checked for keys that nobody knows; here all are known.
  | ({ readonly [key: string]: unknown } & NoFunction)
  | Place<At>

/** Only functions have this member. */
interface NoFunction {
  readonly [Symbol.hasInstance]?: never
}

/** What `{{#each}}` repeats: anything that can be iterated, except text. */
export interface Each<out T, out At extends string> extends Iterable<T> {
  readonly charAt?: never
  readonly [place]?: readonly [never, At]
}

/** What `{{#await}}` waits for: a value, now or later, or a function that begins to fetch it when the template is rendered. */
export type Later<T, At extends string> = T | PromiseLike<T> | (() => PromiseLike<T>) | Place<At>

type AnyPipe = (value: never, ...rest: never[]) => unknown

/** The value (0) or an argument (1, 2 …) of an application's pipe. */
export type PipeInput<P extends AnyPipe, Index extends number, At extends string> =
  | Parameters<P>[Index]
  | Place<At>

/** An option of an application's pipe, from the object that is its last argument. */
export type PipeOption<P extends AnyPipe, Index extends number, Name extends string, At extends string> =
  | (NonNullable<Parameters<P>[Index]> extends infer O ? (Name extends keyof O ? O[Name] : never) : never)
  | Place<At>

/** How many arguments an application's pipe takes, its value counted. */
export type PipeArity<P extends AnyPipe> = Parameters<P>['length']

/** What an application's pipe gives. */
export type PipeOutput<P extends AnyPipe> = ReturnType<P>

/** Refused by the compiler unless the first type fits the second; its message shows the third, the place in the template. */
export type Check<Given extends Needed | Place<At>, Needed, At extends string> = readonly [Given, Needed, At]

type IsAny<T> = 0 extends 1 & T ? true : false

/**
 * Declared data as far as a template reads it, to be held against what it does: a declared key that may be left out is one
 * whose value may be undefined, at every level, so that a guarded use is fine and a key that is not declared is missing.
 */
export type Reads<Given, Needed> =
  IsAny<Given> extends true
    ? Given
    : keyof Exclude<Needed, Absent> extends never
      ? Given
      : Given extends Absent | string | number | bigint | boolean | symbol
        ? Given
        : ReadsOfObject<Given, Exclude<Needed, Absent>>

type ReadsOfObject<Given, Needed> =
  Needed extends Iterable<infer Item>
    ? Given extends Iterable<infer Value>
      ? Iterable<Reads<Value, Item>> & ReadsOfKeys<Given, Needed>
      : Given
    : ReadsOfKeys<Given, Needed>

/** A key that only an index signature has may be missing. */
type ReadsOfKeys<Given, Needed> = {
  readonly [K in Exclude<keyof Given & keyof Needed, symbol>]:
    | Reads<Given[K], Needed[K]>
    | (string extends keyof Given ? undefined : never)
}
