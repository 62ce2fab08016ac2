import type { Association } from '../schema/association.ts'
import type { AnySchema, Row } from '../schema/schema.ts'
import type { Changeset } from './changeset.ts'
import type { ErrorTree, FieldError } from './field-error.ts'
import type { Changes } from './parts.ts'

/**
 * What becomes of an associated row: it is made, updated (or left alone, without changes), taken over from elsewhere,
 * parted from its owner, or deleted.
 */
export type NestedAction = 'insert' | 'update' | 'link' | 'unlink' | 'delete'

/** The change to one associated row. */
export interface NestedChange {
  readonly action: NestedAction
  readonly changeset: Changeset<AnySchema>
}

/** The changes to the rows of an association: those that stay in their order, then those that go. */
export interface Nested {
  readonly schema: AnySchema
  readonly many: boolean
  readonly changes: readonly NestedChange[]
}

/** The associations of a schema that a changeset can change: all that are not reached over another. */
export type NestedName<S extends AnySchema> = {
  [K in keyof S['associations'] & string]: S['associations'][K]['kind'] extends 'hasManyThrough' ? never : K
}[keyof S['associations'] & string]

/** The schema that an association leads to. */
export type TargetOf<S extends AnySchema, K extends keyof S['associations']> = AnySchema & {
  readonly name: S['associations'][K]['to']
}

/** What a written row has for an association: rows, or one or none. `M` is what these have for theirs. */
export type NestedValue<A extends Association, T extends AnySchema, M> = A['kind'] extends
  | 'hasOne'
  | 'belongsTo'
  ? (Row<T> & M) | null
  : (Row<T> & M)[]

/** What `putAssoc` takes for a row: a changeset, a row that is there, or the values of a new one. */
export type PutValue<T extends AnySchema, M = unknown> = Changes<T> | Changeset<T, M>

/** What `putAssoc` takes for an association. */
export type PutValues<A extends Association, T extends AnySchema, M> = A['kind'] extends
  | 'hasOne'
  | 'belongsTo'
  ? PutValue<T, M> | null
  : readonly PutValue<T, M>[]

/** Whether the row is still associated afterwards. */
export function stays({ action }: NestedChange): boolean {
  return action !== 'unlink' && action !== 'delete'
}

/** Whether all associated rows are valid. */
export function isValid({ changes }: Nested): boolean {
  return changes.every(({ changeset }) => changeset.valid)
}

/** Whether anything is to be written. */
export function hasChanges({ changes }: Nested): boolean {
  return changes.some(
    ({ action, changeset }) =>
      action !== 'update' ||
      Object.keys(changeset.changes).length > 0 ||
      Object.values(changeset.nested).some(hasChanges),
  )
}

/** The associated rows as they will be. */
export function applyNested({ many, changes }: Nested): unknown {
  const rows = changes.filter(stays).map(({ changeset }) => changeset.applyChanges())
  return many ? rows : (rows[0] ?? null)
}

/** The errors of associated rows: of each in its place, or of the one there is. */
export function nestedErrors<T>(
  { many, changes }: Nested,
  format: (error: FieldError, field: string) => T,
): ErrorTree<T> | ErrorTree<T>[] {
  const trees = changes.filter(stays).map(({ changeset }) => changeset.traverseErrors(format))
  return many ? trees : (trees[0] ?? {})
}
