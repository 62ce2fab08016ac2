import { DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import type { DataType, Raw } from '../schema/data-type.ts'
import type { AnyField, Field } from '../schema/field.ts'
import { Expression, isSelect, subquery } from './expression.ts'
import { type Node, typeKey } from './node.ts'

/** What stands between the texts of `sql`: expressions, queries, and plain values, which become parameters. */
export type SqlValue = Expression<unknown> | { readonly statement: unknown } | Raw | boolean | Date

const texts = new Map<string, number>()
const serials = new WeakMap<TemplateStringsArray, number>()

/** A template in a key: one number for each text, looked up by the template itself. */
function serialOf(template: TemplateStringsArray): number {
  let serial = serials.get(template)
  if (serial === undefined) {
    const text = JSON.stringify(template)
    serial = texts.get(text) ?? texts.size
    texts.set(text, serial)
    serials.set(template, serial)
  }
  return serial
}

/** A piece of SQL with its values. As an expression its value is what the driver gives; `as` names a type. */
export class SqlFragment<T = unknown> extends Expression<T> {
  /** The same, whose value is of the type of a field. */
  as<V>(field: Field<V>): SqlFragment<V> {
    const { type } = (field as AnyField).parts
    return new SqlFragment<V>({ ...this.node, key: `${this.node.key}:${typeKey(type)}` }, this.values, type)
  }
}

/** Whatever the driver gives, unchanged. */
const rawType: DataType<unknown> = {
  name: 'raw',
  sqlite: { column: '', dump: dumpPlain },
  postgres: { column: '', dump: dumpPlain },
}

/** A value that was put into `sql` as it is. */
function dumpPlain(value: unknown): Raw {
  if (value === null || typeof value === 'string' || typeof value === 'bigint' || value instanceof Uint8Array)
    return value
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return `${value.toISOString().slice(0, -1)}000Z`
  throw new DbError(
    'ZZZ_DB_VALUE',
    `sql: ${describe(value)} cannot be a parameter; give it a type: value(…, json())`,
  )
}

/**
 * SQL of your own, as a condition, an expression or a whole statement. What is put in becomes a parameter, unless it is
 * an expression, so nothing can be injected.
 *
 * ```ts
 * from(User).where((u) => sql`length(${u.email}) > ${10}`)
 * from(User).select((u) => sql`upper(${u.email})`.as(text()))
 * ```
 */
export function sql<T = boolean>(
  template: TemplateStringsArray,
  ...content: readonly SqlValue[]
): SqlFragment<T> {
  const parts = content.map(toPart)
  const key = `(#${serialOf(template)}${parts.map(({ node }) => ` ${node.key}`).join('')})`
  return new SqlFragment<T>(
    { kind: 'fragment', key, texts: template, terms: parts.map(({ node }) => node) },
    parts.flatMap(({ values }) => values),
    rawType,
  )
}

function toPart(content: unknown): { readonly node: Node; readonly values: readonly unknown[] } {
  if (content instanceof Expression) return content
  if (isSelect(content)) return subquery(content)
  return { node: { kind: 'value', key: '?', type: rawType, typed: false }, values: [content] }
}
