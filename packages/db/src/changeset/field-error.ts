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
  [field: string]: T[] | ErrorTree<T> | ErrorTree<T>[]
}

/** The errors of a changeset for the schema `S`: a field that does not embed rows has a list of messages, or none. */
export type ErrorsOf<S extends AnySchema, T = string> = string extends keyof S['fields']
  ? ErrorTree<T>
  : ErrorTree<T> & {
      [K in keyof S['fields'] as NonNullable<S['fields'][K]['$type']> extends Scalar ? K : never]?: T[]
    }

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
  if (!Array.isArray(errors)) return errorLines(errors, `${path}.`)
  return errors.flatMap((error, position) =>
    typeof error === 'string' ? [`${path} ${error}`] : errorLines(error, `${path}.${position}.`),
  )
}
