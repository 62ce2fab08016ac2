import { DbError } from '../errors.ts'
import type { Association, ManyToMany } from './association.ts'
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
  const association = associationOf(owner, name)
  const where = `${owner.name}.${name}`
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
    const targetField = association.references ?? onlyKey(target, where, nameReferences)
    return {
      field: columnOf(owner, foreignKeyOf(name, association)).field,
      targetField: columnOf(target, targetField).field,
    }
  }
  const field = association.references ?? onlyKey(owner, where, nameReferences)
  const targetField = association.foreignKey ?? keyPointingTo(target, owner, where)
  return { field: columnOf(owner, field).field, targetField: columnOf(target, targetField).field }
}

/** The table in between two others, and which of its fields meet which of theirs. */
export interface JoinTable {
  readonly middle: AnySchema
  readonly toOwner: string
  readonly toTarget: string
  readonly ownKey: string
  readonly targetKey: string
}

/**
 * How a `manyToMany` meets its target over the schema `middle`. Throws `ZZZ_DB_SCHEMA` when the schemas do not tell.
 */
export function resolveJoin(owner: AnySchema, name: string, middle: AnySchema, target: AnySchema): JoinTable {
  const where = `${owner.name}.${name}`
  const { foreignKey, targetKey } = owner.associations[name] as ManyToMany
  return {
    middle,
    toOwner: columnOf(middle, foreignKey ?? keyPointingTo(middle, owner, where)).field,
    toTarget: columnOf(middle, targetKey ?? keyPointingTo(middle, target, where)).field,
    ownKey: onlyKey(owner, where),
    targetKey: onlyKey(target, where),
  }
}

/** The association of a name. Throws `ZZZ_DB_SCHEMA` when there is none. */
export function associationOf(owner: AnySchema, name: string): Association {
  const association = Object.hasOwn(owner.associations, name) ? owner.associations[name] : undefined
  if (association !== undefined) return association
  const known = Object.keys(owner.associations).join(', ') || 'none'
  throw new DbError(
    'ZZZ_DB_SCHEMA',
    `${owner.name}.${name}: there is no such association; known are ${known}`,
  )
}

const nameReferences = ', so name the field: { references: … }'

/** The foreign key of the one `belongsTo` of `schema` that leads to `target`. */
function keyPointingTo(schema: AnySchema, target: AnySchema, where: string): string {
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
function onlyKey(schema: AnySchema, where: string, advice = ''): string {
  const [only] = schema.primaryKey
  if (only !== undefined && schema.primaryKey.length === 1) return only
  throw new DbError('ZZZ_DB_SCHEMA', `${where}: ${schema.name} has no primary key of one field${advice}`)
}
