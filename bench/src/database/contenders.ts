import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { createRepo, from } from '@zzz/db'
import { sql as drizzleSql, eq, gte, relations } from 'drizzle-orm'
import { BetterSQLiteSession } from 'drizzle-orm/better-sqlite3/session'
import { createTableRelationsHelpers, extractTablesRelationalConfig } from 'drizzle-orm/relations'
import {
  BaseSQLiteDatabase,
  integer,
  real,
  SQLiteSyncDialect,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core'
import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/sqlite'
import { type KyselyTables, makeUser, Post, tables, User } from './schema.ts'

/** One way to ask SQLite, in memory, with 1,000 users of whom 100 have 10 posts each. */
export interface Contender {
  readonly name: string
  /** One row by its key; the query is made each time unless the name says otherwise. */
  one?(id: number): unknown
  /** 20 rows by a condition, in order. */
  twenty?(age: number): unknown
  /** 100 users with their 10 posts each. */
  preload?(): unknown
  /** 10,000 rows in one transaction. */
  insert?(): unknown
}

const users = 1000
const many = Array.from({ length: 10_000 }, (_, i) => makeUser(i))

function database(): DatabaseSync {
  const made = new DatabaseSync(':memory:')
  for (const statement of tables('sqlite')) made.exec(statement)
  const user = made.prepare(
    'insert into users (name, email, age, active, score, city, bio) values (?, ?, ?, ?, ?, ?, ?)',
  )
  const post = made.prepare('insert into posts (user_id, title) values (?, ?)')
  for (let i = 1; i <= users; i++) {
    const { active, ...row } = makeUser(i)
    user.run(row.name, row.email, row.age, active ? 1 : 0, row.score, row.city, row.bio)
  }
  for (let i = 0; i < users; i++) post.run((i % 100) + 1, `Post ${i}`)
  return made
}

function raw(): Contender {
  const db = database()
  const one = db.prepare('select * from users where id = ?')
  const twenty = db.prepare('select * from users where age >= ? order by id limit 20')
  const some = db.prepare('select * from users where id <= 100')
  const posts = db.prepare('select * from posts where user_id <= 100 order by id')
  const insert = db.prepare(
    'insert into users (name, email, age, active, score, city, bio) values (?, ?, ?, ?, ?, ?, ?)',
  )
  return {
    name: 'node:sqlite, prepared by hand',
    one: (id) => one.get(id),
    twenty: (age) => twenty.all(age),
    preload() {
      const found = Map.groupBy(posts.all(), (post) => post.user_id)
      return some.all().map((user) => ({ ...user, posts: found.get(user.id as number) ?? [] }))
    },
    insert() {
      db.exec('begin')
      for (const { active, ...row } of many) {
        insert.run(row.name, row.email, row.age, active ? 1 : 0, row.score, row.city, row.bio)
      }
      db.exec('commit')
      db.exec(`delete from users where id > ${users}`)
    },
  }
}

async function zzz(): Promise<Contender> {
  const repo = createRepo({ url: 'sqlite::memory:', schemas: [User, Post] })
  for (const sql of tables('sqlite')) await repo.rawExec({ sql, parameters: [] })
  await repo.insertAll(
    User,
    Array.from({ length: users }, (_, i) => makeUser(i + 1)),
  )
  await repo.insertAll(
    Post,
    Array.from({ length: users }, (_, i) => ({ userId: (i % 100) + 1, title: `Post ${i}` })),
  )
  return {
    name: 'zzz',
    one: (id) => repo.one(from(User).where((u) => u.id.eq(id))),
    twenty: (age) =>
      repo.all(
        from(User)
          .where((u) => u.age.gte(age))
          .orderBy((u) => u.id.asc())
          .limit(20),
      ),
    preload: () =>
      repo.all(
        from(User)
          .where((u) => u.id.lte(100))
          .preload('posts'),
      ),
    async insert() {
      await repo.insertAll(User, many)
      await repo.deleteAll(from(User).where((u) => u.id.gt(users)))
    },
  }
}

/** A driver of Kysely over `node:sqlite` that keeps its statements. */
function kysely(): Contender {
  const db = database()
  const statements = new Map<string, StatementSync>()
  const connection: DatabaseConnection = {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      let statement = statements.get(sql)
      if (statement === undefined) {
        statement = db.prepare(sql)
        statements.set(sql, statement)
      }
      return { rows: statement.all(...(parameters as never[])) as R[] }
    },
    // biome-ignore lint/correctness/useYield: the benchmark streams nothing
    async *streamQuery() {
      throw new Error('not needed')
    },
  }
  const none = async () => {}
  const client = new Kysely<KyselyTables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (any) => new SqliteIntrospector(any),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createDriver: () => ({
        init: none,
        acquireConnection: async () => connection,
        beginTransaction: async () => db.exec('begin'),
        commitTransaction: async () => db.exec('commit'),
        rollbackTransaction: async () => db.exec('rollback'),
        releaseConnection: none,
        destroy: none,
      }),
    },
  })
  return {
    name: 'Kysely',
    one: (id) => client.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst(),
    twenty: (age) =>
      client.selectFrom('users').selectAll().where('age', '>=', age).orderBy('id').limit(20).execute(),
    async preload() {
      const rows = await client
        .selectFrom('users')
        .selectAll('users')
        .where('users.id', '<=', 100)
        .select(({ selectFrom }) => {
          const posts = selectFrom('posts').select(['posts.id', 'posts.user_id', 'posts.title'])
          return jsonArrayFrom(posts.whereRef('posts.user_id', '=', 'users.id')).as('posts')
        })
        .execute()
      return rows.map((row) => ({ ...row, posts: JSON.parse(row.posts as unknown as string) }))
    },
    async insert() {
      await client.transaction().execute(async (open) => {
        for (let i = 0; i < many.length; i += 1000) {
          const rows = many.slice(i, i + 1000).map((row) => ({ ...row, active: row.active ? 1 : 0 }))
          await open.insertInto('users').values(rows).execute()
        }
      })
      db.exec(`delete from users where id > ${users}`)
    },
  }
}

const drizzleUsers = sqliteTable('users', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull(),
  age: integer('age').notNull(),
  active: integer('active', { mode: 'boolean' }).notNull(),
  score: real('score').notNull(),
  city: text('city').notNull(),
  bio: text('bio'),
})
const drizzlePosts = sqliteTable('posts', {
  id: integer('id').primaryKey(),
  userId: integer('user_id').notNull(),
  title: text('title').notNull(),
})
const drizzleSchema = {
  users: drizzleUsers,
  posts: drizzlePosts,
  usersRelations: relations(drizzleUsers, ({ many: all }) => ({ posts: all(drizzlePosts) })),
  postsRelations: relations(drizzlePosts, ({ one }) => ({
    user: one(drizzleUsers, { fields: [drizzlePosts.userId], references: [drizzleUsers.id] }),
  })),
}

/** Drizzle's session for better-sqlite3 over `node:sqlite`, which has the same methods under other names. */
function drizzle(): readonly Contender[] {
  const db = database()
  const client = {
    prepare(sql: string) {
      const objects = db.prepare(sql)
      const arrays = db.prepare(sql)
      arrays.setReturnArrays(true)
      return {
        run: objects.run.bind(objects),
        get: objects.get.bind(objects),
        all: objects.all.bind(objects),
        raw: () => ({ get: arrays.get.bind(arrays), all: arrays.all.bind(arrays) }),
      }
    },
    transaction: (work: (value: unknown) => unknown) => ({
      deferred(value: unknown) {
        db.exec('begin')
        const result = work(value)
        db.exec('commit')
        return result
      },
    }),
  }
  const dialect = new SQLiteSyncDialect()
  const { tables: config, tableNamesMap } = extractTablesRelationalConfig(
    drizzleSchema,
    createTableRelationsHelpers,
  )
  const schema = { fullSchema: drizzleSchema, schema: config, tableNamesMap }
  const session = new BetterSQLiteSession(client as never, dialect, schema as never)
  const orm = new BaseSQLiteDatabase(
    'sync',
    dialect,
    session as never,
    schema as never,
  ) as unknown as BaseSQLiteDatabase<'sync', unknown, typeof drizzleSchema>
  const one = orm
    .select()
    .from(drizzleUsers)
    .where(eq(drizzleUsers.id, drizzleSql.placeholder('id')))
    .prepare()
  const twenty = orm
    .select()
    .from(drizzleUsers)
    .where(gte(drizzleUsers.age, drizzleSql.placeholder('age')))
    .orderBy(drizzleUsers.id)
    .limit(20)
    .prepare()
  return [
    {
      name: 'Drizzle',
      one: (id) => orm.select().from(drizzleUsers).where(eq(drizzleUsers.id, id)).get(),
      twenty: (age) =>
        orm
          .select()
          .from(drizzleUsers)
          .where(gte(drizzleUsers.age, age))
          .orderBy(drizzleUsers.id)
          .limit(20)
          .all(),
      preload: () =>
        orm.query.users.findMany({ where: (u, { lte }) => lte(u.id, 100), with: { posts: true } }).sync(),
      insert() {
        orm.transaction((open) => {
          for (let i = 0; i < many.length; i += 1000)
            open
              .insert(drizzleUsers)
              .values(many.slice(i, i + 1000))
              .run()
        })
        db.exec(`delete from users where id > ${users}`)
      },
    },
    { name: 'Drizzle, prepared', one: (id) => one.get({ id }), twenty: (age) => twenty.all({ age }) },
  ]
}

/** All of them. */
export async function makeContenders(): Promise<readonly Contender[]> {
  return [raw(), await zzz(), kysely(), ...drizzle()]
}
