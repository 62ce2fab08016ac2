import type { Changeset } from '../changeset/changeset.ts'
import type { AnyQuery } from '../query/query.ts'
import type { AnySchema, Row } from '../schema/schema.ts'

/** What a write of a changeset gives: the row, or the changeset with the errors that kept it from being written. */
export type Result<S extends AnySchema, T = Row<S>> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly changeset: Changeset<S> }

/** Schemas by name. */
export type SchemaMap<L extends readonly AnySchema[]> = { [S in L[number] as S['name']]: S }

/** A row of `S` with what was preloaded as `P` says. */
type RowWith<M, S extends AnySchema, P> = P extends AnyQuery
  ? WithPreloaded<M, S, P['$result'], P['$preload']>
  : P extends true
    ? Row<S>
    : WithPreloaded<M, S, Row<S>, P>

/** What an association `A` gives, loaded as `P` says. */
type Associated<M, A, P> = A extends { readonly kind: infer K; readonly to: infer T }
  ? T extends keyof M
    ? M[T] extends AnySchema
      ? K extends 'hasOne' | 'belongsTo'
        ? RowWith<M, M[T], P> | null
        : RowWith<M, M[T], P>[]
      : never
    : never
  : never

/** What a query gives: its row and what it preloads. */
export type WithPreloaded<M, S extends AnySchema, R, P> = unknown extends P
  ? R
  : R & { [K in keyof P & keyof S['associations']]: Associated<M, S['associations'][K], P[K]> }

/** The associations that lead to a schema which the repo does not know. */
type Dangling<L extends readonly AnySchema[]> = {
  [S in L[number] as S['name']]: {
    [K in keyof S['associations']]: S['associations'][K]['to'] extends L[number]['name']
      ? never
      : S['associations'][K]['to']
  }[keyof S['associations']]
}[L[number]['name']]

/** Refuses schemas whose associations lead to one that is not among them. */
export type Closed<L extends readonly AnySchema[]> = [Dangling<L>] extends [never]
  ? unknown
  : { readonly 'an association leads to a schema that the repo does not know': Dangling<L> }
