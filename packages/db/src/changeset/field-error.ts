import type { Shown } from '../internal/shown.ts'
import type { Association } from '../schema/association.ts'
import type { AnySchema } from '../schema/schema.ts'

/** What is wrong with a field. The message may hold places like `%{count}`, which `params` fill. */
export interface FieldError {
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
}

/** The errors of all fields by name. */
export type FieldErrors = Readonly<Record<string, readonly FieldError[]>>

/** The same errors and one more. */
export function withError(errors: FieldErrors, field: string, error: FieldError): FieldErrors {
  const before = Object.hasOwn(errors, field) ? (errors[field] as readonly FieldError[]) : []
  return { ...errors, [field]: [...before, error] }
}

/** The errors of all fields by name, and below the name of an association those of its rows. */
export interface ErrorTree<T = string> {
  [field: string]: T[] | ErrorTree<T> | ErrorTree<T>[] | undefined
}

/**
 * The errors of a changeset for the schema `S`, by the names that it has and no others, each of which may be undefined: a
 * list of messages for a field, virtual or not; for rows of an association, or embedded ones, theirs, or a list of messages
 * about them as a whole (`is invalid`).
 */
export type ErrorsOf<S extends AnySchema, T = string> = string extends keyof S['fields']
  ? ErrorTree<T>
  : Shown<
      { [K in keyof S['fields']]: ErrorsOfField<NonNullable<S['fields'][K]['$type']>, T> | undefined } & {
        [K in keyof S['associations']]: ErrorsOfRows<S['associations'][K]['kind'], T> | undefined
      }
    >

type ErrorsOfField<V, T> = V extends Scalar
  ? T[]
  : ErrorsOfRows<V extends readonly unknown[] ? 'hasMany' : 'hasOne', T>

type ErrorsOfRows<Kind extends Association['kind'], T> =
  | T[]
  | (Kind extends 'hasOne' | 'belongsTo' ? ErrorTree<T> : ErrorTree<T>[])

/** What no embedded row is. */
type Scalar = string | number | bigint | boolean | Date | Uint8Array

/** The message of an error with its places filled: `should be at least 3 characters`. */
export function formatError({ message, params }: FieldError): string {
  return message.replaceAll(/%\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : place,
  )
}

/** The errors as lines of text: `email has invalid format`, `comments.0.body can't be blank`. */
export function errorLines(tree: ErrorTree, above = ''): string[] {
  return Object.entries(tree).flatMap(([field, errors]) => linesOf(errors, `${above}${field}`))
}

function linesOf(errors: ErrorTree[string], path: string): string[] {
  if (errors === undefined) return []
  if (!Array.isArray(errors)) return errorLines(errors, `${path}.`)
  return errors.flatMap((error, position) =>
    typeof error === 'string' ? [`${path} ${error}`] : errorLines(error, `${path}.${position}.`),
  )
}
