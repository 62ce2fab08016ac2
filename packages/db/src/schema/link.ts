import { DbError } from '../errors.ts'
import { type AnySchema, columnOf, foreignKeyOf } from './schema.ts'

/** Which field of a schema meets which field of the schema that an association leads to. */
export interface Link {
  readonly field: string
  readonly targetField: string
}

/**
 * The fields by which an association (not one over a table in between) meets its target. Throws `ZZZ_DB_SCHEMA` when the
 * schemas do not tell.
 */
export function resolveLink(owner: AnySchema, name: string, target: AnySchema): Link {
  const association = owner.associations[name]
  const where = `${owner.name}.${name}`
  if (association === undefined || !Object.hasOwn(owner.associations, name)) {
    const known = Object.keys(owner.associations).join(', ') || 'none'
    throw new DbError('ZZZ_DB_SCHEMA', `${where}: there is no such association; known are ${known}`)
  }
  if (association.to !== target.name) {
    throw new DbError('ZZZ_DB_SCHEMA', `${where} leads to ${association.to}, not to ${target.name}`)
  }
  if (association.kind === 'manyToMany' || association.kind === 'hasManyThrough') {
    throw new DbError(
      'ZZZ_DB_SCHEMA',
      `${where} leads over another table: join that one, then ${target.name}`,
    )
  }
  if (association.kind === 'belongsTo') {
    const targetField = association.references ?? onlyKey(target, where)
    return {
      field: columnOf(owner, foreignKeyOf(name, association)).field,
      targetField: columnOf(target, targetField).field,
    }
  }
  const field = association.references ?? onlyKey(owner, where)
  const targetField = association.foreignKey ?? keyPointingTo(target, owner, where)
  return { field: columnOf(owner, field).field, targetField: columnOf(target, targetField).field }
}

/** The foreign key of the one `belongsTo` of `schema` that leads to `target`. */
export function keyPointingTo(schema: AnySchema, target: AnySchema, where: string): string {
  const keys = Object.entries(schema.associations)
    .filter(([, { kind, to }]) => kind === 'belongsTo' && to === target.name)
    .map(([key, association]) => foreignKeyOf(key, association as { foreignKey?: string }))
  const [only] = keys
  if (only !== undefined && keys.length === 1) return only
  throw new DbError(
    'ZZZ_DB_SCHEMA',
    `${where}: ${schema.name} has ${keys.length} belongsTo to ${target.name}, so name the field: { foreignKey: … }`,
  )
}

/** The primary key of a schema that has one of one field. */
export function onlyKey(schema: AnySchema, where: string): string {
  const [only] = schema.primaryKey
  if (only !== undefined && schema.primaryKey.length === 1) return only
  throw new DbError(
    'ZZZ_DB_SCHEMA',
    `${where}: ${schema.name} has no primary key of one field, so name the field: { references: … }`,
  )
}
