import type { ConstraintFacts, ConstraintKind } from '../errors.ts'
import { DbError } from '../errors.ts'
import { type AnySchema, columnOf, type Row, type Update } from '../schema/schema.ts'

/** What is wrong with a field. The message may hold places like `%{count}`, which `params` fill. */
export interface FieldError {
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
}

/** A constraint of the database that becomes the error of a field. */
export interface ConstraintRule {
  readonly kind: ConstraintKind
  readonly field: string
  /** The constraint's or index's name; undefined finds it by the columns. */
  readonly name: string | undefined
  /** The columns that it is about, for a unique constraint without a name. */
  readonly columns: readonly string[]
  readonly message: string
}

/** Options of the constraints of a changeset. */
export interface ConstraintOptions {
  /** The constraint's or index's name, where its columns do not tell. */
  readonly name?: string | undefined
  readonly message?: string | undefined
}

/** The parts of a changeset. */
export interface ChangesetParts<S extends AnySchema> {
  readonly schema: S
  /** The row that is changed; undefined for a new one. */
  readonly data: Row<S> | undefined
  readonly changes: Update<S>
  readonly errors: Readonly<Record<string, readonly FieldError[]>>
  readonly constraints: readonly ConstraintRule[]
}

/**
 * Changes to a row before they are written: data, what changes, and what is wrong with it. An immutable value; nothing
 * touches the database until a repo inserts or updates it.
 */
export class Changeset<S extends AnySchema> implements ChangesetParts<S> {
  readonly schema: S
  readonly data: Row<S> | undefined
  readonly changes: Update<S>
  readonly errors: Readonly<Record<string, readonly FieldError[]>>
  readonly constraints: readonly ConstraintRule[]

  /** @internal */
  constructor({ schema, data, changes, errors, constraints }: ChangesetParts<S>) {
    this.schema = schema
    this.data = data
    this.changes = changes
    this.errors = errors
    this.constraints = constraints
  }

  /** False as soon as a field has an error. */
  get valid(): boolean {
    return Object.keys(this.errors).length === 0
  }

  /** Changes fields to values that the program made; what users sent goes through a validation first. */
  put(changes: Update<S>): Changeset<S> {
    for (const field of Object.keys(changes)) columnOf(this.schema, field)
    const given = Object.entries(changes).filter(([, value]) => value !== undefined)
    return this.#with({ changes: { ...this.changes, ...(Object.fromEntries(given) as Update<S>) } })
  }

  /**
   * Adds an error to a field.
   *
   * ```ts
   * changeset.addError('email', 'is not welcome')
   * ```
   */
  addError(field: string, message: string, params: Readonly<Record<string, unknown>> = {}): Changeset<S> {
    const before = Object.hasOwn(this.errors, field) ? (this.errors[field] as readonly FieldError[]) : []
    return this.#with({ errors: { ...this.errors, [field]: [...before, { message, params }] } })
  }

  /** A unique index that refuses the row becomes an error of the first of the fields that it is about. */
  uniqueConstraint(
    fields: (keyof Row<S> & string) | readonly (keyof Row<S> & string)[],
    { name, message = 'has already been taken' }: ConstraintOptions = {},
  ): Changeset<S> {
    const all = typeof fields === 'string' ? [fields] : fields
    const [field] = all
    if (field === undefined) throw new DbError('ZZZ_DB_QUERY', 'uniqueConstraint() needs at least one field')
    const columns = all.map((each) => columnOf(this.schema, each).name)
    return this.#constraint({ kind: 'unique', field, name, columns, message })
  }

  /** A foreign key that finds no row becomes an error of the field. */
  foreignKeyConstraint(
    field: keyof Row<S> & string,
    { name, message = 'does not exist' }: ConstraintOptions = {},
  ): Changeset<S> {
    return this.#constraint({
      kind: 'foreignKey',
      field,
      name,
      columns: [columnOf(this.schema, field).name],
      message,
    })
  }

  /** The check constraint of that name becomes an error of the field. */
  checkConstraint(
    field: keyof Row<S> & string,
    { name, message = 'is invalid' }: ConstraintOptions & { readonly name: string },
  ): Changeset<S> {
    return this.#constraint({ kind: 'check', field, name, columns: [], message })
  }

  /** Whether the refusal is one that this changeset names: then itself with the error of the field. */
  withConstraintError(facts: ConstraintFacts): Changeset<S> | undefined {
    const rule = this.constraints.find((candidate) => meets(candidate, facts))
    return rule === undefined
      ? undefined
      : this.addError(rule.field, rule.message, { constraint: facts.kind })
  }

  #constraint(rule: ConstraintRule): Changeset<S> {
    return this.#with({ constraints: [...this.constraints, rule] })
  }

  #with(change: Partial<ChangesetParts<S>>): Changeset<S> {
    return new Changeset<S>({ ...this, ...change })
  }
}

/**
 * Begins a changeset: for a new row, or for changes to one.
 *
 * ```ts
 * change(User).put({ email: 'ada@example.org' })
 * change(User, user).put({ age: 37 })
 * ```
 */
export function change<S extends AnySchema>(schema: S, data?: Row<S>): Changeset<S> {
  return new Changeset({ schema, data, changes: {} as Update<S>, errors: {}, constraints: [] })
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
