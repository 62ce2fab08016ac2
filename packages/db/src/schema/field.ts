import type { DataType } from './data-type.ts'

/** Whether a new row has to name the field. */
export type Presence = 'required' | 'optional'

/** Where the field lives: in a column, in one of the primary key, or in changesets only. */
export type Storage = 'stored' | 'key' | 'virtual'

/** The parts of a field. */
export interface FieldParts {
  readonly type: DataType<unknown>
  readonly nullable: boolean
  /** The column's name; undefined means the field's name in snake case. */
  readonly column: string | undefined
  /** What a new row gets where nothing is said. */
  readonly default: undefined | { readonly value: unknown } | { readonly make: () => unknown }
  /** What an updated row gets where nothing is said. */
  readonly onUpdate: undefined | (() => unknown)
  readonly primaryKey: boolean
  /** The database counts it up. */
  readonly generated: boolean
  readonly virtual: boolean
  readonly redacted: boolean
}

/**
 * A field of a schema: an immutable value that says more with each call.
 *
 * ```ts
 * const age = integer().nullable()
 * const state = enumeration('draft', 'published').default('draft')
 * ```
 */
export class Field<T, P extends Presence = 'required', S extends Storage = 'stored'> {
  declare readonly $type: T
  declare readonly $presence: P
  declare readonly $storage: S
  /** What was said so far. */
  readonly parts: FieldParts

  constructor(parts: FieldParts) {
    this.parts = parts
  }

  /** The column may hold NULL, and a new row may leave it out. */
  nullable(): Field<T | null, 'optional', S> {
    return new Field({ ...this.parts, nullable: true })
  }

  /** What a new row gets when it leaves the field out: a value, or a function that makes one each time. */
  default(value: T | (() => T)): Field<T, 'optional', S> {
    const made = typeof value === 'function' ? { make: value as () => unknown } : { value }
    return new Field({ ...this.parts, default: made })
  }

  /** What an update writes when it leaves the field out, made each time: the time of the last change. */
  onUpdate(make: () => T): Field<T, P, S> {
    return new Field({ ...this.parts, onUpdate: make })
  }

  /** Makes it the primary key, or a part of it where several fields say so. */
  primaryKey(): Field<T, P, 'key'> {
    return new Field({ ...this.parts, primaryKey: true })
  }

  /** Another name for the column than the field's own in snake case. */
  column(name: string): Field<T, P, S> {
    return new Field({ ...this.parts, column: name })
  }

  /** Keeps the field out of the table: it lives in changesets only, like a password before it is hashed. */
  virtual(): Field<T, 'optional', 'virtual'> {
    return new Field({ ...this.parts, virtual: true })
  }

  /** Keeps the value out of messages, printed changesets and events. */
  redacted(): Field<T, P, S> {
    return new Field({ ...this.parts, redacted: true })
  }
}

/** What a new row gets for a field that it leaves out; undefined where the field has no default. */
export function defaultOf({ default: source }: FieldParts): unknown {
  if (source === undefined) return undefined
  return 'make' in source ? source.make() : source.value
}

/** Any field. */
export type AnyField = Field<unknown, Presence, Storage>

/** A field of a type, required and stored until more is said. */
export function fieldOf<T, P extends Presence = 'required', S extends Storage = 'stored'>(
  type: DataType<T>,
  more: Partial<FieldParts> = {},
): Field<T, P, S> {
  return new Field<T, P, S>({
    type: type as DataType<unknown>,
    nullable: false,
    column: undefined,
    default: undefined,
    onUpdate: undefined,
    primaryKey: false,
    generated: false,
    virtual: false,
    redacted: false,
    ...more,
  })
}
