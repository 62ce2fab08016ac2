import { DbError } from '../errors.ts'
import type { Repo } from '../repo/repo.ts'
import type { AnySchema, Insert, Row } from '../schema/schema.ts'

/** A repo that a factory writes to. */
export type FactoryRepo = Pick<Repo<never>, 'insertOrThrow' | 'transaction'>

/** Stands for the key of a row that a factory inserts when no other one is given. */
export class Parent {
  /** Inserts the row and gives its key. */
  readonly insert: (repo: FactoryRepo) => Promise<unknown>

  /** @internal */
  constructor(insert: Parent['insert']) {
    this.insert = insert
  }
}

/** A value, a function of the number of the row (1, 2, 3, …), or the key of a parent. */
export type Attribute<T> = T | ((n: number) => T) | Parent

/** What a factory says about new rows: all fields that they need, and others where it likes. */
export type Attributes<S extends AnySchema> = {
  readonly [K in keyof Insert<S>]: Attribute<Insert<S>[K]>
}

/** Makes rows for tests. */
export interface Factory<S extends AnySchema> {
  readonly schema: S
  /** Inserts a row and the parents that it needs. */
  insert(repo: FactoryRepo, attributes?: Partial<Attributes<S>>): Promise<Row<S>>
  /** Inserts so many rows. */
  insertMany(repo: FactoryRepo, count: number, attributes?: Partial<Attributes<S>>): Promise<Row<S>[]>
  /** The values of a new row, without a database, and so without the keys of parents. */
  build(attributes?: Partial<Attributes<S>>): Partial<Insert<S>>
  /** A factory with other attributes beside these; both count rows together. */
  with(attributes: Partial<Attributes<S>>): Factory<S>
}

/**
 * A factory of rows.
 *
 * ```ts
 * const teams = factory(Team, { name: (n) => `Team ${n}` })
 * const users = factory(User, { email: (n) => `user${n}@example.org`, teamId: parent(teams) })
 * const admins = users.with({ role: 'admin' })
 *
 * const user = await users.insert(repo, { age: 17 })
 * ```
 */
export function factory<S extends AnySchema>(schema: S, attributes: Attributes<S>): Factory<S> {
  let last = 0
  const next = () => ++last
  return factoryOf(schema, attributes as AnyAttributes, next)
}

/**
 * The key of a row that another factory inserts, where none is given. `field` is what is taken of it; default: its
 * primary key.
 */
export function parent<S extends AnySchema>(
  of: Factory<S>,
  attributes: Partial<Attributes<S>> = {},
  field?: keyof Row<S> & string,
): Parent {
  const [first] = of.schema.primaryKey
  const taken = field ?? first
  if (taken === undefined) {
    throw new DbError('ZZZ_DB_SCHEMA', `parent: ${of.schema.name} has no primary key; name a field`)
  }
  return new Parent(async (repo) => {
    const row = (await of.insert(repo, attributes)) as Record<string, unknown>
    return row[taken]
  })
}

type AnyAttributes = Readonly<Record<string, unknown>>

function factoryOf<S extends AnySchema>(schema: S, base: AnyAttributes, next: () => number): Factory<S> {
  function evaluate(given: AnyAttributes): Record<string, unknown> {
    const n = next()
    const entries = Object.entries({ ...base, ...given }).map(([field, value]) => {
      return [field, typeof value === 'function' ? value(n) : value] as const
    })
    return Object.fromEntries(entries)
  }

  async function insertOne(repo: FactoryRepo, given: AnyAttributes): Promise<Row<S>> {
    const values = evaluate(given)
    return repo.transaction(async () => {
      for (const [field, value] of Object.entries(values)) {
        if (value instanceof Parent) values[field] = await value.insert(repo)
      }
      return repo.insertOrThrow(schema, values as Insert<S>)
    })
  }

  return {
    schema,
    insert: (repo, attributes = {}) => insertOne(repo, attributes as AnyAttributes),
    async insertMany(repo, count, attributes = {}) {
      const rows: Row<S>[] = []
      for (let i = 0; i < count; i++) rows.push(await insertOne(repo, attributes as AnyAttributes))
      return rows
    },
    build(attributes = {}) {
      const entries = Object.entries(evaluate(attributes as AnyAttributes))
      return Object.fromEntries(entries.filter(([, value]) => !(value instanceof Parent))) as Partial<
        Insert<S>
      >
    },
    with: (attributes) => factoryOf(schema, { ...base, ...(attributes as AnyAttributes) }, next),
  }
}
