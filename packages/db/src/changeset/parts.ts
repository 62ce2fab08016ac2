import type { Shown } from '../internal/shown.ts'
import type { AnySchema, Fields, Row } from '../schema/schema.ts'
import type { ConstraintRule } from './constraint.ts'
import type { FieldErrors } from './field-error.ts'
import type { Nested } from './nested.ts'
import type { Validation } from './validation.ts'

/** New values of fields, virtual ones among them. */
export type Changes<S extends { readonly fields: Fields }> = Shown<{
  readonly [K in keyof S['fields']]?: S['fields'][K]['$type'] | undefined
}>

/** The name of a field, virtual ones among them. */
export type FieldName<S extends { readonly fields: Fields }> = Shown<keyof S['fields'] & string>

/** The name of a field that is a column. */
export type StoredName<S extends AnySchema> = Shown<keyof Row<S> & string>

/** What came from outside: a form, a body of JSON. */
export type Params = Readonly<Record<string, unknown>>

/** The field that counts the updates of a row, and what is said of it when the row is not as it was read. */
export interface LockRule {
  readonly field: string
  readonly message: string
}

/** The parts of a changeset. */
export interface ChangesetParts<S extends AnySchema> {
  readonly schema: S
  /** The row that is changed; undefined for a new one. */
  readonly data: Row<S> | undefined
  readonly changes: Changes<S>
  /** What came from outside, for showing a form again. */
  readonly params: Params
  readonly errors: FieldErrors
  /** The rules that were checked, as data; those that are functions are not among them. */
  readonly validations: readonly Validation[]
  readonly constraints: readonly ConstraintRule[]
  /** The changes to associated rows by the name of the association. */
  readonly nested: Readonly<Record<string, Nested>>
  readonly lock: LockRule | undefined
}
