import { DbError } from '../../errors.ts'
import { type DataType, unfit } from '../data-type.ts'
import { jsonSchema } from '../json-schema.ts'
import type { AnyRow, AnySchema, Column } from '../schema.ts'
import { bytesType, dumpJson, jsonType } from './structures.ts'

/** The type of rows that are kept in a JSON column of another row. */
export interface EmbeddedType extends DataType<unknown> {
  readonly embeds: { readonly schema: AnySchema; readonly many: boolean }
}

/** What a type embeds, if it does. */
export function embedsOf(type: DataType<unknown>): EmbeddedType['embeds'] | undefined {
  return 'embeds' in type ? (type as EmbeddedType).embeds : undefined
}

/** One row of a schema, or a list of them, as JSON: jsonb in PostgreSQL, text in SQLite. */
export function embeddedType(schema: AnySchema, many: boolean): EmbeddedType {
  const list = schema.columns.find(({ type }) => type.sqlite === undefined)
  if (list !== undefined) {
    throw new DbError(
      'ZZZ_DB_SCHEMA',
      `${schema.name}.${list.field}: an embedded schema has no ${list.type.name}; use json()`,
    )
  }
  // Two schemas may have the same name, and types with the same name the same codecs.
  const name = `${many ? 'embedded list' : 'embedded'}(${schema.name}, ${schema.serial})`

  function dump(value: unknown): string {
    if (!many) return dumpJson(toDocument(schema, value))
    if (!Array.isArray(value)) throw unfit(name, value, 'a list of rows is needed')
    return dumpJson(value.map((row) => toDocument(schema, row)))
  }

  function load(raw: unknown): unknown {
    const value: unknown = JSON.parse(raw as string)
    return many ? (value as unknown[]).map((row) => fromDocument(schema, row)) : fromDocument(schema, value)
  }

  const document = jsonSchema(schema)
  return {
    name,
    json: many ? { type: 'array', items: document } : document,
    embeds: { schema, many },
    sqlite: { column: 'text', dump, load, compares: 'nothing' },
    postgres: { column: 'jsonb', dump, load },
  }
}

/** A row as JSON has it: every stored field by its name. */
function toDocument(schema: AnySchema, row: unknown): AnyRow {
  if (typeof row !== 'object' || row === null) throw unfit(schema.name, row, 'a row is needed')
  return Object.fromEntries(
    schema.columns.map((column) => [column.field, dumpField(schema, column, (row as AnyRow)[column.field])]),
  )
}

function dumpField(schema: AnySchema, { field, type, nullable }: Column, value: unknown): unknown {
  if (value !== null && value !== undefined) return toJson(type, value)
  if (nullable) return null
  throw unfit(`${schema.name}.${field}`, value, 'the schema does not allow null: add .nullable()')
}

function toJson(type: DataType<unknown>, value: unknown): unknown {
  const raw = type.postgres.dump(value)
  if (embedsOf(type) !== undefined) return JSON.parse(raw as string)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'string' && type !== jsonType ? raw : value
}

function fromDocument(schema: AnySchema, document: unknown): AnyRow {
  const values = document as AnyRow
  return Object.fromEntries(
    schema.columns.map((column) => [column.field, loadField(column, values[column.field])]),
  )
}

/** A field that is younger than the document has its default. */
function loadField({ type, parts }: Column, value: unknown): unknown {
  if (value === undefined)
    return parts.default !== undefined && 'value' in parts.default ? parts.default.value : null
  return value === null ? null : fromJson(type, value)
}

function fromJson(type: DataType<unknown>, value: unknown): unknown {
  const embeds = embedsOf(type)
  if (embeds?.many === true) return (value as unknown[]).map((row) => fromDocument(embeds.schema, row))
  if (embeds !== undefined) return fromDocument(embeds.schema, value)
  if (type === bytesType) return Uint8Array.from(Buffer.from(value as string, 'base64'))
  return type.parse === undefined ? value : type.parse(value)
}
