import { type ConstraintFacts, DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import { type AnySchema, columnOf, type Fields, type Row } from '../schema/schema.ts'
import { booleanType } from '../schema/types/numbers.ts'
import { castNested, type MakeChild, type NestedOutcome, putNested } from './cast-nested.ts'
import { type CastField, castBlank, castField, isBlank, isSameValue } from './cast-value.ts'
import type { CastAssocOptions } from './child-params.ts'
import { type ConstraintOptions, type ConstraintRule, meets } from './constraint.ts'
import { embeddedValue, embedTarget } from './embed.ts'
import { type ErrorsOf, type FieldError, type FieldErrors, formatError, withError } from './field-error.ts'
import {
  applyNested,
  isValid,
  type Nested,
  type NestedChange,
  type NestedName,
  type NestedValue,
  nestedErrors,
  type PutValue,
  type PutValues,
  type TargetOf,
} from './nested.ts'
import type { Changes, ChangesetParts, FieldName, LockRule, Params, StoredName } from './parts.ts'
import { keyOf, targetOf } from './plan.ts'
import { printAs } from './redacted.ts'
import {
  checkLength,
  checkNumber,
  type LengthOptions,
  type MessageOptions,
  type NumberOptions,
  type Validation,
} from './validation.ts'

/**
 * Changes to a row before they are written: the row, what changes, and what is wrong with it. An immutable value; nothing
 * touches a database until a repo inserts or updates it. Validations look at what changes and is not null.
 *
 * ```ts
 * cast(User, params, ['email', 'age'])
 *   .validateRequired(['email'])
 *   .validateFormat('email', /@/)
 *   .validateNumber('age', { min: 0, max: 150 })
 *   .uniqueConstraint('email')
 * ```
 */
export class Changeset<S extends AnySchema, out N = unknown> implements ChangesetParts<S> {
  readonly schema: S
  readonly data: Row<S> | undefined
  readonly changes: Changes<S>
  readonly params: Params
  readonly errors: FieldErrors
  readonly validations: readonly Validation[]
  readonly constraints: readonly ConstraintRule[]
  readonly nested: Readonly<Record<string, Nested>>
  readonly lock: LockRule | undefined
  declare readonly $nested: N

  /** @internal */
  constructor(parts: ChangesetParts<S>) {
    this.schema = parts.schema
    this.data = parts.data
    this.changes = parts.changes
    this.params = parts.params
    this.errors = parts.errors
    this.validations = parts.validations
    this.constraints = parts.constraints
    this.nested = parts.nested
    this.lock = parts.lock
  }

  /** False as soon as a field has an error, here or in an associated row. */
  get valid(): boolean {
    return Object.keys(this.errors).length === 0 && Object.values(this.nested).every(isValid)
  }

  /**
   * Takes the named fields from what came from outside, and nothing else of it. Values become those of the field's type;
   * one that cannot is an error. A text without anything but spaces counts as null; null in a field that allows none is an
   * error, unless the new row has a default for it. What equals the row is no change.
   */
  cast(params: Params, fields: readonly FieldName<S>[]): Changeset<S, N> {
    if (typeof params !== 'object' || params === null) {
      throw new DbError(
        'ZZZ_DB_QUERY',
        `cast() needs an object with what came from outside, got ${describe(params)}`,
      )
    }
    const isNew = this.data === undefined
    const casted = fields.map(
      (field) => [field, castField(this.#fieldOf(field).parts, isNew, own(params, field))] as const,
    )
    return this.#take(casted, { ...this.params, ...params })
  }

  /** Changes fields to values that the program made; what users sent goes through `cast`. */
  put(changes: Changes<S>): Changeset<S, N> {
    const given = Object.entries(changes).filter(([field, value]) => {
      this.#fieldOf(field)
      return value !== undefined
    })
    return this.#with({ changes: { ...this.changes, ...Object.fromEntries(given) } })
  }

  /** The value that a field will have: changed, or as it is in the row. */
  get<K extends FieldName<S>>(field: K): S['fields'][K]['$type'] | undefined {
    if (Object.hasOwn(this.changes, field)) return this.changes[field]
    return (this.data as Readonly<Record<string, unknown>> | undefined)?.[field]
  }

  /** Adds an error to a field; places like `%{count}` in the message are filled by the params. */
  addError(field: string, message: string, params: Readonly<Record<string, unknown>> = {}): Changeset<S, N> {
    return this.#withError(field, { message, params })
  }

  /** The fields need a value, here or in the row: not null, and not only spaces. */
  validateRequired(
    fields: readonly FieldName<S>[],
    { message = `can't be blank` }: MessageOptions = {},
  ): Changeset<S, N> {
    const rules = fields.map((field): Validation => ({ kind: 'required', field }))
    return fields.reduce<Changeset<S, N>>(
      (changeset, field) => {
        if (!isBlank(changeset.get(field)) || Object.hasOwn(changeset.errors, field)) return changeset
        return changeset.#withError(field, { message, params: { validation: 'required' } })
      },
      this.#noting(...rules),
    )
  }

  /** The text matches a regular expression. */
  validateFormat(
    field: FieldName<S>,
    format: RegExp,
    { message = 'has invalid format' }: MessageOptions = {},
  ): Changeset<S, N> {
    // A search begins at the start, whatever a global expression found before.
    return this.#noting({ kind: 'format', field, format }).validate(field, (value) =>
      String(value).search(format) >= 0 ? undefined : { message, params: { validation: 'format' } },
    )
  }

  /** The text, list or bytes are of a length. */
  validateLength(field: FieldName<S>, options: LengthOptions): Changeset<S, N> {
    const { message, ...limits } = options
    return this.#noting({ kind: 'length', field, limits }).validate(field, (value) =>
      checkLength(value, limits, message),
    )
  }

  /** The number, bigint or decimal is within limits. */
  validateNumber(field: FieldName<S>, options: NumberOptions): Changeset<S, N> {
    const { message, ...limits } = options
    return this.#noting({ kind: 'number', field, limits }).validate(field, (value) =>
      checkNumber(value, limits, message),
    )
  }

  /** The value is one of a list. */
  validateInclusion<K extends FieldName<S>>(
    field: K,
    list: readonly S['fields'][K]['$type'][],
    { message = 'is invalid' }: MessageOptions = {},
  ): Changeset<S, N> {
    return this.#noting({ kind: 'inclusion', field, list }).validate(field, (value) =>
      list.includes(value) ? undefined : { message, params: { validation: 'inclusion' } },
    )
  }

  /** The value is none of a list. */
  validateExclusion<K extends FieldName<S>>(
    field: K,
    list: readonly S['fields'][K]['$type'][],
    { message = 'is reserved' }: MessageOptions = {},
  ): Changeset<S, N> {
    return this.#noting({ kind: 'exclusion', field, list }).validate(field, (value) =>
      list.includes(value) ? { message, params: { validation: 'exclusion' } } : undefined,
    )
  }

  /** The box was ticked: what came from outside under this name says yes. */
  validateAcceptance(field: string, { message = 'must be accepted' }: MessageOptions = {}): Changeset<S, N> {
    const noted = this.#noting({ kind: 'acceptance', field })
    if (booleanType.parse?.(own(this.params, field)) === true) return noted
    return noted.#withError(field, { message, params: { validation: 'acceptance' } })
  }

  /** What came from outside says it twice the same: `password` and `passwordConfirmation`. */
  validateConfirmation(
    field: FieldName<S>,
    { message = 'does not match confirmation' }: MessageOptions = {},
  ): Changeset<S, N> {
    return this.#noting({ kind: 'confirmation', field }).validate(field, () =>
      own(this.params, `${field}Confirmation`) === this.params[field]
        ? undefined
        : { message, params: { validation: 'confirmation' } },
    )
  }

  /** A validation of your own: gives what is wrong with the value, or undefined. */
  validate<K extends FieldName<S>>(
    field: K,
    check: (value: NonNullable<S['fields'][K]['$type']>) => string | FieldError | undefined,
  ): Changeset<S, N> {
    this.#fieldOf(field)
    const value = Object.hasOwn(this.changes, field) ? this.changes[field] : undefined
    if (value === undefined || value === null) return this
    const wrong = check(value as NonNullable<S['fields'][K]['$type']>)
    if (wrong === undefined) return this
    return this.#withError(field, typeof wrong === 'string' ? { message: wrong, params: {} } : wrong)
  }

  /** A unique index that refuses the row becomes an error of the first of the fields that it is about. */
  uniqueConstraint(
    fields: StoredName<S> | readonly [StoredName<S>, ...StoredName<S>[]],
    { name, message = 'has already been taken' }: ConstraintOptions = {},
  ): Changeset<S, N> {
    const all: readonly string[] = typeof fields === 'string' ? [fields] : (fields as readonly string[])
    const columns = all.map((each) => columnOf(this.schema, each).name)
    return this.#constraint({ kind: 'unique', field: all[0] as string, name, columns, message })
  }

  /** A foreign key that finds no row becomes an error of the field. */
  foreignKeyConstraint(
    field: StoredName<S>,
    { name, message = 'does not exist' }: ConstraintOptions = {},
  ): Changeset<S, N> {
    const columns = [columnOf(this.schema, field).name]
    return this.#constraint({ kind: 'foreignKey', field, name, columns, message })
  }

  /** The check constraint of that name becomes an error of the field. */
  checkConstraint(
    field: StoredName<S>,
    { name, message = 'is invalid' }: ConstraintOptions & { readonly name: string },
  ): Changeset<S, N> {
    return this.#constraint({ kind: 'check', field, name, columns: [], message })
  }

  /** The exclusion constraint of that name becomes an error of the field. PostgreSQL only: SQLite has none. */
  exclusionConstraint(
    field: StoredName<S>,
    { name, message = 'violates an exclusion constraint' }: ConstraintOptions & { readonly name: string },
  ): Changeset<S, N> {
    return this.#constraint({ kind: 'exclusion', field, name, columns: [], message })
  }

  /** A column that takes no NULL becomes an error of the field. */
  notNullConstraint(
    field: StoredName<S>,
    { message = `can't be blank` }: MessageOptions = {},
  ): Changeset<S, N> {
    const columns = [columnOf(this.schema, field).name]
    return this.#constraint({ kind: 'notNull', field, name: undefined, columns, message })
  }

  /**
   * Takes what was sent for an association, after `cast`: `build` makes the changeset of each associated row from what was
   * sent for it. A row whose primary key was sent is updated, others are new, and what becomes of the rest is said by
   * `onReplace` of the association. The repo writes all of it in one transaction. A row that is there has to have the
   * association preloaded.
   *
   * Throws `ZZZ_DB_ASSOCIATION`.
   *
   * ```ts
   * cast(Post, params, ['title']).castAssoc('comments', Comment, (comment, sent) => comment.cast(sent, ['body']))
   * ```
   */
  castAssoc<K extends NestedName<S>, T extends TargetOf<S, K>, M = unknown>(
    name: K,
    schema: T,
    build: (changeset: Changeset<T>, params: Params) => Changeset<T, M>,
    options: CastAssocOptions = {},
  ): Changeset<S, N & { [P in K]: NestedValue<S['associations'][P], T, M> }> {
    const target = targetOf(this.schema, name, schema, this.data)
    const outcome = castNested(target, name, this.params, options, childBuilder(schema, build))
    return this.#nest(name, outcome) as never
  }

  /**
   * Makes an association have exactly these rows, which the program chose: changesets, rows that are there, or values of
   * new ones. A value with a whole primary key is a row that is there. What becomes of others is said by `onReplace`.
   *
   * Throws `ZZZ_DB_ASSOCIATION`.
   *
   * ```ts
   * change(Post, post).putAssoc('tags', Tag, [maths, { name: 'machines' }])
   * ```
   */
  putAssoc<K extends NestedName<S>, T extends TargetOf<S, K>, M = unknown>(
    name: K,
    schema: T,
    values: PutValues<S['associations'][K], T, M>,
  ): Changeset<S, N & { [P in K]: NestedValue<S['associations'][P], T, M> }> {
    const target = targetOf(this.schema, name, schema, this.data)
    const list = Array.isArray(values) ? values : values === null ? [] : [values]
    const children = list.map((value: PutValue<T>) => toChild(schema, value) as never)
    const outcome = putNested(target, children, (row) => change(schema, row as Row<T>) as never)
    return this.#nest(name, outcome) as never
  }

  /**
   * Takes what was sent for a field that embeds rows, as `castAssoc` does for an association. A list is matched by the
   * primary key of the embedded schema, if it has one; what is not sent again is gone.
   *
   * Throws `ZZZ_DB_SCHEMA`.
   *
   * ```ts
   * cast(User, params, ['email']).castEmbed('address', Address, (address, sent) => address.cast(sent, ['city']))
   * ```
   */
  castEmbed<T extends AnySchema, M>(
    field: StoredName<S>,
    schema: T,
    build: (changeset: Changeset<T>, params: Params) => Changeset<T, M>,
    options: CastAssocOptions = {},
  ): Changeset<S, N> {
    const target = embedTarget(this.schema, field, schema, this.get(field))
    const outcome = castNested(target, field, this.params, options, childBuilder(schema, build))
    const { nested } = outcome
    const changeset = this.#nest(field, outcome)
    if (nested === undefined || !isValid(nested) || nested.changes.length === 0) return changeset
    const value = embeddedValue(nested)
    const isNew = this.data === undefined
    const casted = value === null ? castBlank(this.#fieldOf(field).parts, isNew) : { value }
    return changeset.#take([[field, casted]], this.params)
  }

  #nest(name: string, { nested, error }: NestedOutcome): Changeset<S, N> {
    const changeset = nested === undefined ? this : this.#with({ nested: { ...this.nested, [name]: nested } })
    return error === undefined ? changeset : changeset.#withError(name, error)
  }

  /** @internal The changeset with one of its nested ones replaced, which has learned of an error. */
  withNested(name: string, position: number, changeset: Changeset<AnySchema>): Changeset<S, N> {
    const nested = this.nested[name] as Nested
    const changes = nested.changes.with(position, {
      ...(nested.changes[position] as NestedChange),
      changeset,
    })
    return this.#nest(name, { nested: { ...nested, changes } })
  }

  /**
   * An update or delete writes only when nobody else has updated or deleted the row since it was read, and an update counts
   * the field up. Else it is an error of the field. A version that was cast or put has to be that of the row: a form that
   * has it in a hidden field is refused when the row has changed since the form was shown.
   *
   * ```ts
   * change(Note, note).cast(params, ['title', 'version']).optimisticLock('version')
   * ```
   */
  optimisticLock(
    field: StoredName<S>,
    { message = 'was changed by someone else meanwhile' }: MessageOptions = {},
  ): Changeset<S, N> {
    columnOf(this.schema, field)
    return this.#with({ lock: { field, message } })
  }

  /** The row with the changes, whether they are valid or not: for a preview. */
  applyChanges(): Partial<Row<S>> & Changes<S> & Partial<N> {
    const nested = Object.entries(this.nested).map(([name, each]) => [name, applyNested(each)])
    return { ...(this.data as object), ...Object.fromEntries(nested), ...this.changes } as never
  }

  /**
   * The messages of all fields, filled, as a list for each: what an answer of 422 holds. Errors of associated rows are below
   * the name of the association: a list with an object for each row, or an object where there is one row at most. Names
   * without errors are not there, and read as undefined. The type has the names of the schema; an error that `addError` gave
   * another one is typed in `errors` only.
   *
   * ```ts
   * changeset.traverseErrors()                                        // { email: ["can't be blank"] }
   * changeset.traverseErrors((error) => translate(error.message, error.params))
   * ```
   */
  traverseErrors(): ErrorsOf<S>
  traverseErrors<T>(format: (error: FieldError, field: string) => T): ErrorsOf<S, T>
  traverseErrors(format: (error: FieldError, field: string) => unknown = formatError): ErrorsOf<S, unknown> {
    const own = Object.entries(this.errors).map(([field, errors]) => [
      field,
      errors.map((error) => format(error, field)),
    ])
    const nested = Object.entries(this.nested)
      .filter(([, each]) => !isValid(each))
      .map(([name, each]) => [name, nestedErrors(each, format)])
    return Object.fromEntries([...own, ...nested]) as ErrorsOf<S, unknown>
  }

  /** @internal Itself with the error of the field, where the refusal is one that it names. */
  withConstraintError(facts: ConstraintFacts): Changeset<S, N> | undefined {
    const rule = this.constraints.find((candidate) => meets(candidate, facts))
    return rule === undefined
      ? undefined
      : this.addError(rule.field, rule.message, { constraint: facts.kind })
  }

  /** @internal Itself with the error of its lock, if it has one: the row is not there as it was read. */
  withStaleError(): Changeset<S, N> | undefined {
    return this.lock && this.addError(this.lock.field, this.lock.message, { stale: true })
  }

  #take(
    casted: readonly (readonly [field: string, outcome: CastField | undefined])[],
    params: Params,
  ): Changeset<S, N> {
    const changes: Record<string, unknown> = { ...this.changes }
    let { errors } = this
    for (const [field, outcome] of casted) {
      if (outcome === undefined) continue
      if ('error' in outcome) errors = withError(errors, field, outcome.error)
      else if (this.#isInRow(field, outcome.value)) delete changes[field]
      else changes[field] = outcome.value
    }
    return this.#with({ changes: changes as Changes<S>, errors, params })
  }

  #isInRow(field: string, value: unknown): boolean {
    if (this.data === undefined) return false
    const before = (this.data as Readonly<Record<string, unknown>>)[field]
    return isSameValue(this.#fieldOf(field).parts.type, before, value)
  }

  #fieldOf(field: string): Fields[string] {
    const found = Object.hasOwn(this.schema.fields, field) ? this.schema.fields[field] : undefined
    if (found !== undefined) return found
    const known = Object.keys(this.schema.fields).join(', ')
    throw new DbError(
      'ZZZ_DB_SCHEMA',
      `${this.schema.name} has no field ${JSON.stringify(field)}; known are ${known}`,
    )
  }

  #withError(field: string, error: FieldError): Changeset<S, N> {
    return this.#with({ errors: withError(this.errors, field, error) })
  }

  #noting(...rules: readonly Validation[]): Changeset<S, N> {
    return this.#with({ validations: [...this.validations, ...rules] })
  }

  #constraint(rule: ConstraintRule): Changeset<S, N> {
    return this.#with({ constraints: [...this.constraints, rule] })
  }

  #with(changed: Partial<ChangesetParts<S>>): Changeset<S, N> {
    return new Changeset<S, N>({ ...this, ...changed })
  }
}

printAs(Changeset.prototype)

/**
 * Begins a changeset: for a new row, or for changes to one.
 *
 * ```ts
 * change(User).put({ email: 'ada@example.org' })
 * change(User, user).cast(params, ['email'])
 * ```
 */
export function change<S extends AnySchema>(schema: S, data?: Row<S>): Changeset<S> {
  return new Changeset({
    schema,
    data,
    changes: {},
    params: {},
    errors: {},
    validations: [],
    constraints: [],
    nested: {},
    lock: undefined,
  })
}

/** A changeset for a new row from what came from outside: `change(schema).cast(params, fields)`. */
export function cast<S extends AnySchema>(
  schema: S,
  params: Params,
  fields: readonly FieldName<S>[],
): Changeset<S> {
  return change(schema).cast(params, fields)
}

/** Makes the changesets of nested rows; one for which nothing was sent changes nothing. */
function childBuilder<T extends AnySchema, M>(
  schema: T,
  build: (changeset: Changeset<T>, params: Params) => Changeset<T, M>,
): MakeChild {
  return (row, sent) => {
    const begun = change(schema, row as Row<T> | undefined)
    return (sent === undefined ? begun : build(begun, sent)) as never
  }
}

/** The changeset of what `putAssoc` takes for a row. */
function toChild<T extends AnySchema>(schema: T, value: PutValue<T>): Changeset<T> {
  if (value instanceof Changeset) return value as Changeset<T>
  const known = keyOf(schema, value as Params) !== undefined
  return known ? change(schema, value as Row<T>) : change(schema).put(value)
}

function own(params: Params, name: string): unknown {
  return Object.hasOwn(params, name) ? params[name] : undefined
}
