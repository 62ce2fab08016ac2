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

/** What the association `N` of `S` gives, loaded as `P` says. */
type Associated<
  M,
  S extends AnySchema,
  N extends keyof S['associations'] & string,
  P,
> = S['associations'][N] extends { readonly kind: infer K; readonly to: infer T }
  ? T extends keyof M
    ? M[T] extends AnySchema
      ? K extends 'hasOne' | 'belongsTo'
        ? RowWith<M, M[T], P> | Missing<S, N, P>
        : RowWith<M, M[T], P>[]
      : never
    : never
  : never

/** Null where there may be no associated row. There is one where a key that is not nullable points to it, and no query chooses. */
type Missing<S extends AnySchema, N extends keyof S['associations'] & string, P> = P extends AnyQuery
  ? null
  : S['associations'][N] extends { readonly kind: 'belongsTo'; readonly foreignKey?: infer F }
    ? KeyField<N, NonNullable<F>> extends infer K extends keyof S['fields']
      ? null extends S['fields'][K]['$type']
        ? null
        : never
      : null
    : null

/** The field of a `belongsTo`: the one that it names, or the one named after it. */
type KeyField<N extends string, F> = [F] extends [never] ? `${N}Id` : F

/** What a query gives: its row and what it preloads. */
export type WithPreloaded<M, S extends AnySchema, R, P> = unknown extends P
  ? R
  : R & { [K in keyof P & keyof S['associations'] & string]: Associated<M, S, K, P[K]> }

/** What is said of the associations of `S` that lead to a schema which is not among those named `N`. */
type Dangling<S extends AnySchema, N extends string> = {
  [K in keyof S['associations'] & string]: S['associations'][K]['to'] extends N
    ? never
    : `${S['name']}.${K} leads to ${S['associations'][K]['to']}, which is not among the schemas`
}[keyof S['associations'] & string]

/** Refuses each schema that has an association which leads to none of the others. */
export type Closed<L extends readonly AnySchema[]> = {
  readonly [I in keyof L]: [Dangling<L[I], L[number]['name']>] extends [never]
    ? unknown
    : Dangling<L[I], L[number]['name']>
}
