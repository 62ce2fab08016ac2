import { inspect } from 'node:util'
import { type ConstraintFacts, type ConstraintKind, DbError } from '../errors.ts'
import { describe } from '../internal/describe.ts'
import type { FieldParts } from '../schema/field.ts'
import { type AnySchema, columnOf, type Fields, type Row } from '../schema/schema.ts'
import { castValue, isSameValue } from './cast-value.ts'
import { type FieldError, type FieldErrors, formatError } from './field-error.ts'
import { checkLength, checkNumber, type LengthOptions, type NumberOptions } from './validations.ts'

/** A constraint of the database that becomes the error of a field. */
export interface ConstraintRule {
  readonly kind: ConstraintKind
  readonly field: string
  /** The constraint's or index's name; undefined finds it by the columns. */
  readonly name: string | undefined
  /** The columns that it is about, where there is no name. */
  readonly columns: readonly string[]
  readonly message: string
}

/** Options of the constraints of a changeset. */
export interface ConstraintOptions {
  /** The constraint's or index's name, where its columns do not tell. */
  readonly name?: string | undefined
  readonly message?: string | undefined
}

/** Options of a validation. */
export interface MessageOptions {
  readonly message?: string | undefined
}

/** New values of fields, virtual ones among them. */
export type Changes<S extends { readonly fields: Fields }> = {
  readonly [K in keyof S['fields']]?: S['fields'][K]['$type'] | undefined
}

/** The name of a field, virtual ones among them. */
export type FieldName<S extends { readonly fields: Fields }> = keyof S['fields'] & string

/** The name of a field that is a column. */
type StoredName<S extends AnySchema> = keyof Row<S> & string

/** What came from outside: a form, a body of JSON. */
export type Params = Readonly<Record<string, unknown>>

/** The parts of a changeset. */
export interface ChangesetParts<S extends AnySchema> {
  readonly schema: S
  /** The row that is changed; undefined for a new one. */
  readonly data: Row<S> | undefined
  readonly changes: Changes<S>
  /** What came from outside, for showing a form again. */
  readonly params: Params
  readonly errors: FieldErrors
  readonly constraints: readonly ConstraintRule[]
  /** The field that counts the updates of a row. */
  readonly lock: string | undefined
}

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
export class Changeset<S extends AnySchema> implements ChangesetParts<S> {
  readonly schema: S
  readonly data: Row<S> | undefined
  readonly changes: Changes<S>
  readonly params: Params
  readonly errors: FieldErrors
  readonly constraints: readonly ConstraintRule[]
  readonly lock: string | undefined

  /** @internal */
  constructor({ schema, data, changes, params, errors, constraints, lock }: ChangesetParts<S>) {
    this.schema = schema
    this.data = data
    this.changes = changes
    this.params = params
    this.errors = errors
    this.constraints = constraints
    this.lock = lock
  }

  /** False as soon as a field has an error. */
  get valid(): boolean {
    return Object.keys(this.errors).length === 0
  }

  /**
   * Takes the named fields from what came from outside, and nothing else of it. Values become those of the field's type;
   * one that cannot is an error. A text without anything but spaces counts as null; null in a field that allows none is an
   * error, unless the new row has a default for it. What equals the row is no change.
   */
  cast(params: Params, fields: readonly FieldName<S>[]): Changeset<S> {
    if (typeof params !== 'object' || params === null) {
      throw new DbError(
        'ZZZ_DB_QUERY',
        `cast() needs an object with what came from outside, got ${describe(params)}`,
      )
    }
    const begun = this.#with({ params: { ...this.params, ...params } })
    return fields.reduce<Changeset<S>>((changeset, field) => changeset.#castField(params, field), begun)
  }

  /** Changes fields to values that the program made; what users sent goes through `cast`. */
  put(changes: Changes<S>): Changeset<S> {
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
  addError(field: string, message: string, params: Readonly<Record<string, unknown>> = {}): Changeset<S> {
    return this.#withError(field, { message, params })
  }

  /** The fields need a value, here or in the row: not null, and not only spaces. */
  validateRequired(
    fields: readonly FieldName<S>[],
    { message = `can't be blank` }: MessageOptions = {},
  ): Changeset<S> {
    return fields.reduce<Changeset<S>>((changeset, field) => {
      if (!isBlank(changeset.get(field)) || changeset.#hasError(field)) return changeset
      return changeset.#withError(field, { message, params: { validation: 'required' } })
    }, this)
  }

  /** The text matches a regular expression. */
  validateFormat(
    field: FieldName<S>,
    format: RegExp,
    { message = 'has invalid format' }: MessageOptions = {},
  ): Changeset<S> {
    // A search begins at the start, whatever a global expression found before.
    return this.validate(field, (value) =>
      String(value).search(format) >= 0 ? undefined : { message, params: { validation: 'format' } },
    )
  }

  /** The text, list or bytes are of a length. */
  validateLength(field: FieldName<S>, options: LengthOptions): Changeset<S> {
    return this.validate(field, (value) => checkLength(value, options))
  }

  /** The number, bigint or decimal is within limits. */
  validateNumber(field: FieldName<S>, options: NumberOptions): Changeset<S> {
    return this.validate(field, (value) => checkNumber(value, options))
  }

  /** The value is one of a list. */
  validateInclusion<K extends FieldName<S>>(
    field: K,
    list: readonly S['fields'][K]['$type'][],
    { message = 'is invalid' }: MessageOptions = {},
  ): Changeset<S> {
    return this.validate(field, (value) =>
      list.includes(value) ? undefined : { message, params: { validation: 'inclusion' } },
    )
  }

  /** The value is none of a list. */
  validateExclusion<K extends FieldName<S>>(
    field: K,
    list: readonly S['fields'][K]['$type'][],
    { message = 'is reserved' }: MessageOptions = {},
  ): Changeset<S> {
    return this.validate(field, (value) =>
      list.includes(value) ? { message, params: { validation: 'exclusion' } } : undefined,
    )
  }

  /** The box was ticked: what came from outside under this name says yes. */
  validateAcceptance(field: string, { message = 'must be accepted' }: MessageOptions = {}): Changeset<S> {
    const said = Object.hasOwn(this.params, field) ? this.params[field] : undefined
    if ([true, 'true', '1', 'on', 1].includes(said as string)) return this
    return this.#withError(field, { message, params: { validation: 'acceptance' } })
  }

  /** What came from outside says it twice the same: `password` and `passwordConfirmation`. */
  validateConfirmation(
    field: FieldName<S>,
    { message = 'does not match confirmation' }: MessageOptions = {},
  ): Changeset<S> {
    const confirmation = `${field}Confirmation`
    return this.validate(field, () => {
      const again = Object.hasOwn(this.params, confirmation) ? this.params[confirmation] : undefined
      return again === this.params[field] ? undefined : { message, params: { validation: 'confirmation' } }
    })
  }

  /** A validation of your own: gives what is wrong with the value, or undefined. */
  validate<K extends FieldName<S>>(
    field: K,
    check: (value: NonNullable<S['fields'][K]['$type']>) => string | FieldError | undefined,
  ): Changeset<S> {
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
  ): Changeset<S> {
    const all: readonly string[] = typeof fields === 'string' ? [fields] : (fields as readonly string[])
    const columns = all.map((each) => columnOf(this.schema, each).name)
    return this.#constraint({ kind: 'unique', field: all[0] as string, name, columns, message })
  }

  /** A foreign key that finds no row becomes an error of the field. */
  foreignKeyConstraint(
    field: StoredName<S>,
    { name, message = 'does not exist' }: ConstraintOptions = {},
  ): Changeset<S> {
    const columns = [columnOf(this.schema, field).name]
    return this.#constraint({ kind: 'foreignKey', field, name, columns, message })
  }

  /** The check constraint of that name becomes an error of the field. */
  checkConstraint(
    field: StoredName<S>,
    { name, message = 'is invalid' }: ConstraintOptions & { readonly name: string },
  ): Changeset<S> {
    return this.#constraint({ kind: 'check', field, name, columns: [], message })
  }

  /**
   * An update writes only when nobody else has updated the row since it was read, and counts the field up. Else it is
   * `ZZZ_DB_STALE` (409).
   */
  optimisticLock(field: StoredName<S>): Changeset<S> {
    columnOf(this.schema, field)
    return this.#with({ lock: field })
  }

  /** The row with the changes, whether they are valid or not: for a preview. */
  applyChanges(): Partial<Row<S>> & Changes<S> {
    return { ...(this.data as object), ...this.changes } as Partial<Row<S>> & Changes<S>
  }

  /**
   * The messages of all fields, filled, as a list for each: what an answer of 422 holds.
   *
   * ```ts
   * changeset.traverseErrors()                                        // { email: ["can't be blank"] }
   * changeset.traverseErrors((error) => translate(error.message, error.params))
   * ```
   */
  traverseErrors<T = string>(
    format: (error: FieldError, field: string) => T = formatError as never,
  ): Record<string, T[]> {
    return Object.fromEntries(
      Object.entries(this.errors).map(([field, errors]) => [
        field,
        errors.map((error) => format(error, field)),
      ]),
    )
  }

  /** Whether the refusal is one that this changeset names: then itself with the error of the field. */
  withConstraintError(facts: ConstraintFacts): Changeset<S> | undefined {
    const rule = this.constraints.find((candidate) => meets(candidate, facts))
    return rule === undefined
      ? undefined
      : this.addError(rule.field, rule.message, { constraint: facts.kind })
  }

  #castField(params: Params, field: FieldName<S>): Changeset<S> {
    const { parts } = this.#fieldOf(field)
    const input = Object.hasOwn(params, field) ? params[field] : undefined
    if (input === undefined) return this
    if (input === null || isSpaces(input)) return this.#castBlank(field, parts)
    const casted = castValue(parts.type, input)
    if (!casted.ok) {
      return this.#withError(field, {
        message: 'is invalid',
        params: { validation: 'cast', type: parts.type.name },
      })
    }
    return this.#change(field, casted.value)
  }

  #castBlank(field: string, { nullable, default: initial, virtual }: FieldParts): Changeset<S> {
    if (nullable || virtual) return this.#change(field, null)
    if (initial !== undefined && this.data === undefined) return this
    return this.#withError(field, { message: `can't be blank`, params: { validation: 'required' } })
  }

  #change(field: string, value: unknown): Changeset<S> {
    const before = (this.data as Readonly<Record<string, unknown>> | undefined)?.[field]
    const same = this.data !== undefined && isSameValue(this.#fieldOf(field).parts.type, before, value)
    const { [field]: _, ...others } = this.changes as Record<string, unknown>
    return this.#with({ changes: (same ? others : { ...others, [field]: value }) as Changes<S> })
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

  #hasError(field: string): boolean {
    return Object.hasOwn(this.errors, field)
  }

  #withError(field: string, error: FieldError): Changeset<S> {
    const before = this.#hasError(field) ? (this.errors[field] as readonly FieldError[]) : []
    return this.#with({ errors: { ...this.errors, [field]: [...before, error] } })
  }

  #constraint(rule: ConstraintRule): Changeset<S> {
    return this.#with({ constraints: [...this.constraints, rule] })
  }

  #with(change: Partial<ChangesetParts<S>>): Changeset<S> {
    return new Changeset<S>({ ...this, ...change })
  }
}

/** What a changeset prints as: without the values of redacted fields. */
Object.defineProperty(Changeset.prototype, inspect.custom, {
  value(this: Changeset<AnySchema>): object {
    const { schema, data, changes, params, errors, valid } = this
    const hide = (values: object | undefined) => values && hideRedacted(schema, values)
    return {
      schema: schema.name,
      data: hide(data),
      changes: hide(changes),
      params: hide(params),
      errors,
      valid,
    }
  },
})

/** A confirmation is as secret as what it confirms. */
function hideRedacted({ fields }: AnySchema, values: object): object {
  const entries = Object.entries(values).map(([name, value]) => {
    const field = name.replace(/Confirmation$/, '')
    const secret = [name, field].some((each) => Object.hasOwn(fields, each) && fields[each]?.parts.redacted)
    return [name, secret ? '[redacted]' : value]
  })
  return Object.fromEntries(entries)
}

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
    constraints: [],
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

function isSpaces(value: unknown): boolean {
  return typeof value === 'string' && value.trim() === ''
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || isSpaces(value)
}

/** A database that names the constraint decides by its name; else the columns do, and SQLite's foreign keys have none. */
function meets(rule: ConstraintRule, facts: ConstraintFacts): boolean {
  if (rule.kind !== facts.kind) return false
  if (rule.name !== undefined && facts.constraint !== undefined) return rule.name === facts.constraint
  if (rule.kind === 'foreignKey' && facts.constraint === undefined) return true
  return (
    rule.columns.length === facts.columns.length && rule.columns.every((name, i) => name === facts.columns[i])
  )
}
