import { DbError } from '../errors.ts'
import { isText } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import type { Shown } from '../internal/shown.ts'
import type { Association } from './association.ts'
import { toColumnName } from './column-name.ts'
import type { DataType } from './data-type.ts'
import type { AnyField, FieldParts } from './field.ts'

/** The fields of a schema by name. */
export type Fields = Readonly<Record<string, AnyField>>

/** The associations of a schema by name. */
export type Associations = Readonly<Record<string, Association>>

/** A field that is a column, with everything a query needs to know about it. */
export interface Column {
  /** The field's name. */
  readonly field: string
  /** The column's name. */
  readonly name: string
  readonly type: DataType<unknown>
  readonly nullable: boolean
  readonly parts: FieldParts
}

/** Options of `schema`. */
export interface SchemaOptions {
  /** The table's name. Default: the schema's name. */
  readonly table?: string | undefined
  /** The PostgreSQL schema that the table is in. Default: what the search path finds. */
  readonly prefix?: string | undefined
}

/** A table as a value. */
export interface Schema<
  N extends string = string,
  F extends Fields = Fields,
  A extends Associations = Associations,
> {
  readonly name: N
  readonly fields: F
  readonly associations: A
  readonly table: string
  readonly prefix: string | undefined
  /** The stored fields in order. */
  readonly columns: readonly Column[]
  /** The fields of the primary key. */
  readonly primaryKey: readonly string[]
  /** Tells schemas apart in the keys of compiled queries; two schemas may have the same name. */
  readonly serial: number
}

/** Any schema. */
export type AnySchema = Schema

/** A row of any schema. */
export type AnyRow = Readonly<Record<string, unknown>>

/** The names of fields that are columns. */
export type StoredKeys<F extends Fields> = {
  [K in keyof F]: F[K]['$storage'] extends 'stored' | 'key' ? K : never
}[keyof F]

type OptionalKeys<F extends Fields> = {
  [K in StoredKeys<F>]: F[K]['$presence'] extends 'optional' ? K : never
}[StoredKeys<F>]

type RequiredKeys<F extends Fields> = Exclude<StoredKeys<F>, OptionalKeys<F>>

type KeyValues<F extends Fields> = {
  [K in keyof F]: F[K]['$storage'] extends 'key' ? F[K]['$type'] : never
}[keyof F]

/** The value of a primary key of one field; of any, where the schema is not known. */
export type Key<S extends { readonly fields: Fields } = AnySchema> = [KeyValues<S['fields']>] extends [never]
  ? string | number | bigint
  : KeyValues<S['fields']>

/** A row as a query gives it: every stored field, and no association unless it was preloaded. */
export type Row<S extends { readonly fields: Fields }> = Shown<{
  [K in StoredKeys<S['fields']>]: S['fields'][K]['$type']
}>

/** What a new row needs: fields that are nullable, generated or have a default may be left out. */
export type Insert<S extends { readonly fields: Fields }> = Shown<
  { [K in RequiredKeys<S['fields']>]: S['fields'][K]['$type'] } & {
    [K in OptionalKeys<S['fields']>]?: S['fields'][K]['$type'] | undefined
  }
>

/** What an update may name. */
export type Update<S extends { readonly fields: Fields }> = Shown<{
  [K in StoredKeys<S['fields']>]?: S['fields'][K]['$type'] | undefined
}>

const optionRules: OptionRules<SchemaOptions> = {
  table: ['the name of a table', isText],
  prefix: ['the name of a PostgreSQL schema', isText],
}

let lastSerial = 0

/**
 * Describes a table: its fields in camel case, whose columns are in snake case, and its associations, which name the
 * schema they lead to. The repo that gets all schemas closes the names.
 *
 * Throws `ZZZ_DB_SCHEMA` and `ZZZ_DB_OPTION_INVALID`.
 *
 * ```ts
 * const User = schema('users', {
 *   id: id(),
 *   email: text(),
 *   age: integer().nullable(),
 *   ...timestamps(),
 * }, { posts: hasMany('posts'), team: belongsTo('teams') })
 *
 * type UserRow = Row<typeof User>
 * ```
 */
export function schema<
  const N extends string,
  F extends Fields,
  A extends Associations = Record<never, never>,
>(name: N, fields: F, associations?: A, options: SchemaOptions = {}): Schema<N, F, A> {
  checkOptions(`schema ${JSON.stringify(name)}`, options, optionRules)
  if (!/^[a-z_]\w*$/i.test(name)) throw malformed(name, 'a name consists of letters, digits and _')
  const columns = toColumns(name, fields)
  const result: Schema<N, F, A> = {
    name,
    fields,
    associations: associations ?? ({} as A),
    table: options.table ?? name,
    prefix: options.prefix,
    columns,
    primaryKey: columns.filter(({ parts }) => parts.primaryKey).map(({ field }) => field),
    serial: ++lastSerial,
  }
  checkAssociations(result)
  return result
}

function toColumns(schema: string, fields: Fields): Column[] {
  const columns: Column[] = []
  for (const [field, { parts }] of Object.entries(fields)) {
    if (!/^[a-z_$][\w$]*$/i.test(field) || field === '__proto__') {
      throw malformed(schema, `${JSON.stringify(field)} cannot be the name of a field`)
    }
    if (parts.virtual) continue
    const name = parts.column ?? toColumnName(field)
    const twin = columns.find((column) => column.name === name)
    if (twin !== undefined) {
      throw malformed(
        schema,
        `the fields ${twin.field} and ${field} have the same column ${JSON.stringify(name)}`,
      )
    }
    columns.push({ field, name, type: parts.type, nullable: parts.nullable, parts })
  }
  if (columns.length === 0) throw malformed(schema, 'it needs at least one field')
  return columns
}

function checkAssociations({ name, fields, associations, columns }: AnySchema): void {
  for (const [key, association] of Object.entries(associations)) {
    if (Object.hasOwn(fields, key)) throw malformed(name, `${key} is a field and an association`)
    if (association.kind !== 'belongsTo') continue
    const foreignKey = foreignKeyOf(key, association)
    if (!columns.some(({ field }) => field === foreignKey)) {
      throw malformed(
        name,
        `the association ${key} needs the field ${foreignKey}; or name another as foreignKey`,
      )
    }
  }
}

/** The field by which a `belongsTo` points to its target. */
export function foreignKeyOf(key: string, association: { readonly foreignKey?: string | undefined }): string {
  return association.foreignKey ?? `${key}Id`
}

/** The column of a stored field. Throws `ZZZ_DB_SCHEMA` when there is none. */
export function columnOf(schema: AnySchema, field: string): Column {
  const column = schema.columns.find((candidate) => candidate.field === field)
  if (column !== undefined) return column
  const known = schema.columns.map((candidate) => candidate.field).join(', ')
  throw malformed(schema.name, `there is no stored field ${JSON.stringify(field)}; known are ${known}`)
}

function malformed(schema: string, message: string): DbError {
  return new DbError('ZZZ_DB_SCHEMA', `Schema ${JSON.stringify(schema)}: ${message}`)
}
