import type { Shown } from '../internal/shown.ts'
import type { AnySchema } from '../schema/schema.ts'
import type { AnyQuery } from './query.ts'

/** The names of the associations of a schema. */
export type AssociationName<S extends AnySchema> = Shown<keyof S['associations'] & string>

/** What to preload of each association: `true`, the same one level deeper, or a query for its rows. */
export type PreloadOf<S extends AnySchema> = Shown<{
  readonly [K in keyof S['associations']]?: true | PreloadBelow | QueryFor<S['associations'][K]['to']>
}>

/** Refuses names in the object of a preload that are no associations: what is inferred may have more than it extends. */
export type OnlyAssociations<S extends AnySchema, T> = T extends string
  ? unknown
  : { readonly [K in Exclude<keyof T, keyof S['associations']>]: never }

/** What to preload one level deeper; the repo knows the associations there. */
interface PreloadBelow {
  readonly [association: string]: true | PreloadBelow | AnyQuery
}

/** A query for the rows of the schema `N`. */
type QueryFor<N extends string> = AnyQuery & { readonly $schema: { readonly name: N } }

/** Names of associations as an object, or the object that it is already. */
export type PreloadedBy<T> = [T] extends [string] ? { readonly [N in T]: true } : T
