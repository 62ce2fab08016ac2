export { type CastIssue, type CastSchema, castSchema } from './changeset/cast-schema.ts'
export { Changeset, cast, change } from './changeset/changeset.ts'
export type { CastAssocOptions, SortOptions } from './changeset/child-params.ts'
export type { ConstraintOptions } from './changeset/constraint.ts'
export {
  type ErrorsOf,
  type ErrorTree,
  type FieldError,
  type FieldErrors,
  formatError,
} from './changeset/field-error.ts'
export type { Nested, NestedAction, NestedChange, PutValue } from './changeset/nested.ts'
export type { Changes, FieldName, Params } from './changeset/parts.ts'
export type {
  LengthLimits,
  LengthOptions,
  MessageOptions,
  NumberLimits,
  NumberOptions,
  Validation,
} from './changeset/validation.ts'
export type { ForeignStatement, RawStatement } from './compiler/raw.ts'
export type { ConnectionState, Isolation } from './driver/driver.ts'
export type { PostgresSettings } from './driver/drivers/postgres/postgres.ts'
export type { SqliteSettings } from './driver/drivers/sqlite/sqlite.ts'
export {
  ConstraintError,
  type ConstraintFacts,
  type ConstraintKind,
  DbError,
  type DbErrorCode,
  dbErrorCodes,
} from './errors.ts'
export type { Columns, Optional } from './query/columns.ts'
export { cte, except, intersect, type QueryOf, recursive, union, unionAll } from './query/combine.ts'
export {
  and,
  Expression,
  escapeLike,
  exists,
  not,
  type Operand,
  type Order,
  type OrderOptions,
  or,
} from './query/expression.ts'
export { type AggregateOptions, avg, coalesce, count, max, min, sum, value } from './query/functions.ts'
export { from, Query, type SourceOptions } from './query/query.ts'
export { SqlFragment, sql } from './query/sql.ts'
export { denseRank, lag, lead, over, rank, rowNumber, type WindowOptions } from './query/window.ts'
export { createRepo, type RepoOptions } from './repo/create-repo.ts'
export type { HoldingEvent } from './repo/holding.ts'
export { Multi, type MultiResult, multi } from './repo/multi.ts'
export type { QueryEvent } from './repo/query-event.ts'
export type { PrepareQuery, QueryPurpose } from './repo/reads.ts'
export type { ConflictOptions, InsertAllOptions, Repo, SetOf, StreamOptions } from './repo/repo.ts'
export type { Result } from './repo/result.ts'
export type { TransactionOptions } from './repo/transactions.ts'
export { type QueryFinding, type WatchOptions, watchQueries } from './repo/watch-queries.ts'
export {
  type Association,
  type AssociationOptions,
  type BelongsTo,
  belongsTo,
  type HasMany,
  type HasManyOptions,
  type HasManyThrough,
  type HasOne,
  hasMany,
  hasManyThrough,
  hasOne,
  type ManyToMany,
  type ManyToManyOptions,
  manyToMany,
  type OnReplace,
} from './schema/association.ts'
export type { Codec, DataType, JsonSchema, Raw } from './schema/data-type.ts'
export { embedsMany, embedsOne } from './schema/embeds.ts'
export { Field } from './schema/field.ts'
export {
  array,
  bigint,
  boolean,
  bytes,
  date,
  datetime,
  datetimeUs,
  decimal,
  enumeration,
  float,
  id,
  integer,
  json,
  string,
  text,
  time,
  timestamps,
  uuid,
} from './schema/fields.ts'
export { jsonSchema } from './schema/json-schema.ts'
export {
  type AnySchema,
  type Insert,
  type Key,
  type Row,
  type Schema,
  type SchemaOptions,
  schema,
  type Update,
} from './schema/schema.ts'
export { uuidv7 } from './schema/uuid.ts'
