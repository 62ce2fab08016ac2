/**
 * What becomes of associated rows that a changeset's new ones replace: the program is wrong (`raise`), the field has an error
 * (`invalid`), their foreign key becomes null (`set null`), they are deleted (`delete`), or, where there is one row at most,
 * that one takes over what was sent (`update`).
 */
export type OnReplace = 'raise' | 'invalid' | 'set null' | 'delete' | 'update'

/** What may be said about an association to many rows besides its target. */
export interface HasManyOptions {
  /** The field that points to the other schema. */
  readonly foreignKey?: string | undefined
  /** The field that is pointed to. Default: the primary key. */
  readonly references?: string | undefined
  /** What becomes of rows that a changeset replaces. Default: `raise`. */
  readonly onReplace?: Exclude<OnReplace, 'update'> | undefined
}

/** What may be said about an association to one row besides its target. */
export interface AssociationOptions {
  /** The field that points to the other schema: on this side for `belongsTo`, on the other side else. */
  readonly foreignKey?: string | undefined
  /** The field that is pointed to. Default: the primary key. */
  readonly references?: string | undefined
  /** What becomes of a row that a changeset replaces. Default: `raise`. */
  readonly onReplace?: OnReplace | undefined
}

/** Options of `manyToMany`. */
export interface ManyToManyOptions {
  /** The schema of the table in between. */
  readonly through: string
  /** The field of the table in between that points to this schema. */
  readonly foreignKey?: string | undefined
  /** The field of the table in between that points to the target. */
  readonly targetKey?: string | undefined
  /** What becomes of rows that a changeset replaces; `delete` deletes from the table in between. Default: `raise`. */
  readonly onReplace?: 'raise' | 'invalid' | 'delete' | undefined
}

/** Many rows of another schema point here. */
export interface HasMany<T extends string = string> extends HasManyOptions {
  readonly kind: 'hasMany'
  readonly to: T
}

/** At most one row of another schema points here. */
export interface HasOne<T extends string = string> extends AssociationOptions {
  readonly kind: 'hasOne'
  readonly to: T
}

/** This schema points to one row of another. */
export interface BelongsTo<T extends string = string, F extends string | undefined = string | undefined>
  extends AssociationOptions {
  readonly kind: 'belongsTo'
  readonly to: T
  readonly foreignKey?: F | undefined
}

/** Many rows on both sides, joined by a table in between. */
export interface ManyToMany<T extends string = string> extends ManyToManyOptions {
  readonly kind: 'manyToMany'
  readonly to: T
}

/** What is reached over another association: the comments of a user's posts. */
export interface HasManyThrough<T extends string = string> {
  readonly kind: 'hasManyThrough'
  readonly to: T
  /** An association of this schema, then one of the schema that it leads to. */
  readonly path: readonly [string, string]
}

/** Any association. */
export type Association = HasMany | HasOne | BelongsTo | ManyToMany | HasManyThrough

/**
 * Many rows of the schema `to` point here, by its `belongsTo` or the field named as `foreignKey`.
 *
 * ```ts
 * schema('users', { id: id() }, { posts: hasMany('posts') })
 * ```
 */
export function hasMany<const T extends string>(to: T, options: HasManyOptions = {}): HasMany<T> {
  return { kind: 'hasMany', to, ...options }
}

/** At most one row of the schema `to` points here. */
export function hasOne<const T extends string>(to: T, options: AssociationOptions = {}): HasOne<T> {
  return { kind: 'hasOne', to, ...options }
}

/** This schema points to a row of `to`, by the field `<association>Id` unless `foreignKey` names another. */
export function belongsTo<const T extends string>(
  to: T,
  options?: AssociationOptions & { readonly foreignKey?: undefined },
): BelongsTo<T, undefined>
export function belongsTo<const T extends string, const F extends string | undefined>(
  to: T,
  options: AssociationOptions & { readonly foreignKey?: F },
): BelongsTo<T, F>
export function belongsTo(to: string, options: AssociationOptions = {}): BelongsTo {
  return { kind: 'belongsTo', to, ...options }
}

/** Many rows on both sides, joined by the schema `through`, which has a `belongsTo` to each side. */
export function manyToMany<const T extends string>(to: T, options: ManyToManyOptions): ManyToMany<T> {
  return { kind: 'manyToMany', to, ...options }
}

/**
 * The rows of `to` that are reached over two associations.
 *
 * ```ts
 * { posts: hasMany('posts'), comments: hasManyThrough('comments', ['posts', 'comments']) }
 * ```
 */
export function hasManyThrough<const T extends string>(
  to: T,
  path: readonly [string, string],
): HasManyThrough<T> {
  return { kind: 'hasManyThrough', to, path }
}
