import { DbError } from '../errors.ts'
import type { Association, OnReplace } from '../schema/association.ts'
import { type AnyRow, type AnySchema, columnOf } from '../schema/schema.ts'
import { castValue } from './cast-value.ts'
import type { NestedAction } from './nested.ts'
import type { Params } from './parts.ts'

/** What becomes of one associated row: the row that is there, and what was sent for it. */
export interface Step {
  readonly action: NestedAction
  readonly row: AnyRow | undefined
  /** Undefined where nothing was. */
  readonly params: Params | undefined
}

/** An association that a changeset changes, and the rows that it has now. */
export interface Target {
  /** In messages: `users.posts`. */
  readonly where: string
  readonly schema: AnySchema
  readonly kind: Association['kind'] | 'embed'
  readonly onReplace: OnReplace
  /** Whether the one row that is there takes over what is sent, whatever its key. */
  readonly same: boolean
  readonly many: boolean
  readonly current: readonly AnyRow[]
}

/** Finds out what a changeset is about to change. Throws `ZZZ_DB_ASSOCIATION` where that cannot be told. */
export function targetOf(owner: AnySchema, name: string, schema: AnySchema, data: unknown): Target {
  const where = `${owner.name}.${name}`
  const association = Object.hasOwn(owner.associations, name) ? owner.associations[name] : undefined
  if (association === undefined) {
    const known = Object.keys(owner.associations).join(', ') || 'none'
    throw refuse(`${where}: there is no such association; known are ${known}`)
  }
  if (association.kind === 'hasManyThrough') {
    throw refuse(`${where} is reached over another association: change that one`)
  }
  if (association.to !== schema.name) {
    throw refuse(`${where} leads to ${association.to}, not to ${schema.name}`)
  }
  const many = association.kind === 'hasMany' || association.kind === 'manyToMany'
  const current = currentRows(where, name, data)
  if (current.length > 0 && schema.primaryKey.length === 0) {
    throw refuse(`${where}: ${schema.name} has no primary key, so its rows cannot be told apart`)
  }
  const { kind, onReplace = 'raise' } = association
  return { where, schema, kind, onReplace, same: !many && onReplace === 'update', many, current }
}

function currentRows(where: string, name: string, data: unknown): readonly AnyRow[] {
  if (data === undefined) return []
  const value = (data as AnyRow)[name]
  if (value === undefined) {
    throw refuse(`${where}: the row has to have it loaded before it is changed: preload it`)
  }
  return Array.isArray(value) ? value : value === null ? [] : [value as AnyRow]
}

/**
 * What becomes of each row when children with these parameters are to be there: one whose primary key is sent is updated,
 * others are new, and what is not among them is replaced. `'invalid'` where that is an error of the field.
 */
export function planChildren(target: Target, children: readonly Params[]): readonly Step[] | 'invalid' {
  const { schema, same, current } = target
  // Embedded rows may have no key; then those that are sent are new ones.
  const left = new Map(current.map((row) => [same ? 'same' : keyOf(schema, row), row]))
  left.delete(undefined)
  const steps = children.map((params): Step => {
    const key = same ? 'same' : sentKey(schema, params)
    const row = key === undefined ? undefined : left.get(key)
    if (key === undefined || row === undefined) return { action: 'insert', row: undefined, params }
    left.delete(key)
    return { action: 'update', row, params }
  })
  const replaced = planReplaced(target, [...left.values()])
  return replaced === 'invalid' ? 'invalid' : [...steps, ...replaced]
}

/** The rows as they are. */
export function planNothing({ current }: Target): readonly Step[] {
  return current.map((row) => ({ action: 'update', row, params: undefined }))
}

/** What becomes of rows that are not among the new ones, as the association says. */
export function planReplaced(target: Target, rows: readonly AnyRow[]): readonly Step[] | 'invalid' {
  const { kind, onReplace, where } = target
  if (rows.length === 0) return []
  if (onReplace === 'invalid') return 'invalid'
  if (onReplace === 'raise' || onReplace === 'update') {
    throw refuse(
      `${where}: ${rows.length} of its rows would be replaced; say what becomes of them: { onReplace: 'delete' }`,
    )
  }
  const action = onReplace === 'delete' && kind !== 'manyToMany' ? 'delete' : 'unlink'
  return rows.map((row) => ({ action, row, params: undefined }))
}

/** The primary key of a row as a text, or undefined where it is not whole. */
export function keyOf(schema: AnySchema, row: AnyRow): string | undefined {
  return keyText(schema, (field) => (Object.hasOwn(row, field) ? row[field] : undefined))
}

function sentKey(schema: AnySchema, params: Params): string | undefined {
  return keyText(schema, (field) => {
    const sent = Object.hasOwn(params, field) ? params[field] : undefined
    if (sent === undefined || sent === null) return undefined
    // A counted key is cast as the number it is; forms send texts.
    const { type, parts } = columnOf(schema, field)
    const input = parts.generated && typeof sent === 'string' && /^\d{1,15}$/.test(sent) ? Number(sent) : sent
    const casted = castValue(type, input)
    return casted.ok ? casted.value : undefined
  })
}

function keyText(schema: AnySchema, read: (field: string) => unknown): string | undefined {
  const parts: string[] = []
  for (const field of schema.primaryKey) {
    const value = read(field)
    if (value === undefined || value === null) return undefined
    parts.push(String(columnOf(schema, field).type.postgres.dump(value)))
  }
  return parts.length === 0 ? undefined : JSON.stringify(parts)
}

function refuse(message: string): DbError {
  return new DbError('ZZZ_DB_ASSOCIATION', message)
}
