import { randomBytes } from 'node:crypto'
import { createRepo, from } from '@zzz/db'
import { sql as drizzleSql, eq, gte, relations } from 'drizzle-orm'
import { drizzle as createDrizzle } from 'drizzle-orm/node-postgres'
import { bigint, boolean, doublePrecision, pgTable, text } from 'drizzle-orm/pg-core'
import { Kysely, PostgresDialect } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import pg from 'pg'
import type { Contender } from './contenders.ts'
import { type KyselyTables, makeUser, Post, tables, User } from './schema.ts'

const server = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const users = 1000
const many = Array.from({ length: 10_000 }, (_, i) => makeUser(i))

/** One connection each, so that the contenders do the same. `stop` drops what they made. */
export async function makePostgresContenders(): Promise<{
  contenders: readonly Contender[]
  stop(): Promise<void>
}> {
  const name = `zzz_bench_${randomBytes(6).toString('hex')}`
  const url = new URL(server)
  url.searchParams.set('options', `-c search_path=${name}`)
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(`create schema ${name}`)
  for (const statement of tables('postgres')) await client.query(statement)
  const repo = createRepo({ url: url.href, schemas: [User, Post], postgres: { size: 1 } })
  const pool = new pg.Pool({ connectionString: url.href, max: 1 })
  await repo.insertAll(
    User,
    Array.from({ length: users }, (_, i) => makeUser(i + 1)),
  )
  await repo.insertAll(
    Post,
    Array.from({ length: users }, (_, i) => ({ userId: (i % 100) + 1, title: `Post ${i}` })),
  )
  await client.query('analyze users, posts')
  return {
    contenders: [byHand(client), zzz(repo), kysely(pool), ...drizzle(pool)],
    async stop() {
      await Promise.all([repo.stop(), pool.end()])
      await client.query(`drop schema ${name} cascade`)
      await client.end()
    },
  }
}

/** Named statements of `pg`; types as it gives them, integers of 64 bits as text. */
function byHand(client: pg.Client): Contender {
  const rowsOf = async (name: string, sql: string, values: unknown[]) =>
    (await client.query({ name, text: sql, values })).rows
  const columns = 'id, name, email, age, active, score, city, bio'
  return {
    name: 'pg, named by hand',
    one: (id) => rowsOf('one', `select ${columns} from users where id = $1`, [id]),
    twenty: (age) =>
      rowsOf('twenty', `select ${columns} from users where age >= $1 order by id limit 20`, [age]),
    async preload() {
      const some = await rowsOf('some', `select ${columns} from users where id <= $1`, [100])
      const ids = some.map(({ id }) => id)
      const posts = await rowsOf(
        'posts',
        'select id, user_id, title from posts where user_id = any($1) order by id',
        [ids],
      )
      const found = Map.groupBy(posts, (post) => post.user_id)
      return some.map((user) => ({ ...user, posts: found.get(user.id) ?? [] }))
    },
    async insert() {
      const list = <K extends keyof (typeof many)[0]>(key: K) => many.map((row) => row[key])
      await client.query({
        name: 'insert',
        text: `insert into users (name, email, age, active, score, city, bio)
          select * from unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::float8[], $6::text[], $7::text[])`,
        values: [
          list('name'),
          list('email'),
          list('age'),
          list('active'),
          list('score'),
          list('city'),
          list('bio'),
        ],
      })
      await client.query('delete from users where id > $1', [users])
    },
  }
}

function zzz(repo: ReturnType<typeof createRepo<readonly [typeof User, typeof Post]>>): Contender {
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

function kysely(pool: pg.Pool): Contender {
  const client = new Kysely<KyselyTables>({ dialect: new PostgresDialect({ pool }) })
  return {
    name: 'Kysely',
    one: (id) => client.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst(),
    twenty: (age) =>
      client.selectFrom('users').selectAll().where('age', '>=', age).orderBy('id').limit(20).execute(),
    preload: () =>
      client
        .selectFrom('users')
        .selectAll('users')
        .where('users.id', '<=', 100)
        .select(({ selectFrom }) => {
          const posts = selectFrom('posts').select(['posts.id', 'posts.user_id', 'posts.title'])
          return jsonArrayFrom(posts.whereRef('posts.user_id', '=', 'users.id')).as('posts')
        })
        .execute(),
    async insert() {
      await client.transaction().execute(async (open) => {
        for (let i = 0; i < many.length; i += 1000) {
          await open
            .insertInto('users')
            .values(many.slice(i, i + 1000))
            .execute()
        }
      })
      await client.deleteFrom('users').where('id', '>', users).execute()
    },
  }
}

const drizzleUsers = pgTable('users', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  name: text('name').notNull(),
  email: text('email').notNull(),
  age: bigint('age', { mode: 'number' }).notNull(),
  active: boolean('active').notNull(),
  score: doublePrecision('score').notNull(),
  city: text('city').notNull(),
  bio: text('bio'),
})
const drizzlePosts = pgTable('posts', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  userId: bigint('user_id', { mode: 'number' }).notNull(),
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

function drizzle(pool: pg.Pool): readonly Contender[] {
  const orm = createDrizzle(pool, { schema: drizzleSchema })
  const one = orm
    .select()
    .from(drizzleUsers)
    .where(eq(drizzleUsers.id, drizzleSql.placeholder('id')))
    .prepare('drizzle_one')
  const twenty = orm
    .select()
    .from(drizzleUsers)
    .where(gte(drizzleUsers.age, drizzleSql.placeholder('age')))
    .orderBy(drizzleUsers.id)
    .limit(20)
    .prepare('drizzle_twenty')
  return [
    {
      name: 'Drizzle',
      // Its promises begin when they are awaited.
      one: (id) => orm.select().from(drizzleUsers).where(eq(drizzleUsers.id, id)),
      twenty: (age) =>
        orm.select().from(drizzleUsers).where(gte(drizzleUsers.age, age)).orderBy(drizzleUsers.id).limit(20),
      preload: () =>
        orm.query.users.findMany({ where: (u, { lte }) => lte(u.id, 100), with: { posts: true } }),
      async insert() {
        await orm.transaction(async (open) => {
          for (let i = 0; i < many.length; i += 1000) {
            await open.insert(drizzleUsers).values(many.slice(i, i + 1000))
          }
        })
        await orm.delete(drizzleUsers).where(drizzleSql`id > ${users}`)
      },
    },
    { name: 'Drizzle, prepared', one: (id) => one.execute({ id }), twenty: (age) => twenty.execute({ age }) },
  ]
}
