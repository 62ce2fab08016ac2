import type { Shown } from '../internal/shown.ts'
import type { AnySchema, Fields, StoredKeys } from '../schema/schema.ts'
import { columnOf } from '../schema/schema.ts'
import { Expression } from './expression.ts'
import type { SelectedRow } from './statement.ts'

/** The columns of a source, as a query's callbacks get them. */
export type Columns<S extends { readonly fields: Fields }> = Shown<{
  readonly [K in StoredKeys<S['fields']>]: Expression<S['fields'][K]['$type']>
}>

/** Marks the columns of a source that an outer join may have left without a row; only a type. */
export interface OptionalRow<C> {
  readonly $optional: C
}

/** The columns of a source that an outer join may have left without a row. */
export type Optional<C> =
  C extends OptionalRow<unknown>
    ? C
    : {
        readonly [K in keyof C]: C[K] extends Expression<infer T> ? Expression<T | null> : C[K]
      } & OptionalRow<C>

const known = new WeakMap<AnySchema, Map<string, object>>()
const rows = new WeakMap<object, SelectedRow>()

/** The columns of a schema under a name; always the same object for the same name. */
export function columnsOf<S extends AnySchema>(schema: S, alias: string): Columns<S> {
  let byAlias = known.get(schema)
  if (byAlias === undefined) {
    byAlias = new Map()
    known.set(schema, byAlias)
  }
  let columns = byAlias.get(alias)
  if (columns === undefined) {
    columns = makeColumns(schema, alias)
    byAlias.set(alias, columns)
    rows.set(columns, { kind: 'row', alias, schema })
  }
  return columns as Columns<S>
}

/** The row that a selection means when it names all columns of a source. */
export function rowOf(columns: object): SelectedRow | undefined {
  return rows.get(columns)
}

function makeColumns(schema: AnySchema, alias: string): object {
  const entries = schema.columns.map((column) => {
    const key = `${schema.serial}.${alias}.${column.field}`
    return [column.field, new Expression({ kind: 'column', key, alias, column }, [], column.type)]
  })
  return Object.assign(unknownField(schema), Object.fromEntries(entries))
}

/** What is behind the columns: a field that does not exist is an error with a name, not undefined. */
function unknownField(schema: AnySchema): object {
  const prototype = new Proxy(Object.create(null), {
    get(_, field) {
      if (typeof field === 'symbol' || field === 'then' || field === 'kind') return undefined
      return columnOf(schema, field)
    },
    has: () => false,
  })
  return Object.create(prototype)
}
