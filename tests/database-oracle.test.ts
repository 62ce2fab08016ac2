import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import {
  and,
  boolean,
  type Columns,
  count,
  createRepo,
  type Expression,
  exists,
  from,
  integer,
  max,
  min,
  not,
  or,
  schema,
  sum,
  text,
} from '@zzz/db'
import {
  DummyDriver,
  type ExpressionBuilder,
  Kysely,
  type Expression as KyselyExpression,
  type SqlBool,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { Client } from 'pg'

/**
 * Random queries, built side by side for us and for Kysely, give the same rows: ours on SQLite and on PostgreSQL, Kysely's
 * on SQLite. What differs is a fault in the text or in the order of its values.
 */

const seed = 20261124
const rounds = process.env.ZZZ_TEST_SIZE === 'full' ? 2000 : 400
const postgres = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

const User = schema('users', {
  id: integer().primaryKey(),
  name: text(),
  age: integer().nullable(),
  bossId: integer().nullable(),
  active: boolean(),
})
const Post = schema('posts', {
  id: integer().primaryKey(),
  userId: integer(),
  title: text(),
  likes: integer().nullable(),
})

interface Tables {
  u: { id: number; name: string; age: number | null; boss_id: number | null; active: number }
  p: { id: number; user_id: number; title: string; likes: number | null }
}
type All = Tables & { users: Tables['u']; posts: Tables['p'] }
type Builder = ExpressionBuilder<All, 'u' | 'p'>
/** A condition, once for us and once for Kysely. */
type Pair = readonly [ours: Expression<boolean>, theirs: KyselyExpression<SqlBool>]

let state = seed
/** A whole number below `most`, from the seed (mulberry32). */
function below(most: number): number {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) % most
}
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
const some = <T>(make: () => T, most: number): T[] => Array.from({ length: below(most + 1) }, make)
const word = () => pick(['ada', 'bob', 'eve', 'a%', "o'hara", 'x_y', ''])
const small = () => below(12) - 1

function condition(u: Columns<typeof User>, k: Builder, depth: number): Pair {
  const kind = below(depth > 0 ? 11 : 7)
  const number = pick(['id', 'age', 'bossId'] as const)
  const ours = u[number] as Expression<number | null>
  const theirs = number === 'bossId' ? 'u.boss_id' : number === 'id' ? 'u.id' : 'u.age'
  if (kind === 0) {
    const [method, operator] = pick([
      ['eq', '='],
      ['neq', '<>'],
      ['lt', '<'],
      ['lte', '<='],
      ['gt', '>'],
      ['gte', '>='],
    ] as const)
    const value = small()
    return [ours[method](value), k(theirs, operator, value)]
  }
  if (kind === 1) {
    const list = some(small, 4)
    return below(2) === 0
      ? [ours.in(list), k(theirs, 'in', list)]
      : [ours.notIn(list), k(theirs, 'not in', list)]
  }
  if (kind === 2) {
    const [low, high] = [small(), small()]
    return [ours.between(low, high), k.between(theirs, low, high)]
  }
  if (kind === 3)
    return below(2) === 0
      ? [ours.isNull(), k(theirs, 'is', null)]
      : [ours.isNotNull(), k(theirs, 'is not', null)]
  if (kind === 4) {
    const value = word()
    return [u.name.eq(value), k('u.name', '=', value)]
  }
  if (kind === 5) {
    const value = below(2) === 0
    return [u.active.eq(value), k('u.active', '=', value ? 1 : 0)]
  }
  if (kind === 6) return [u.age.gt(u.bossId), k('u.age', '>', k.ref('u.boss_id'))]
  if (kind === 7) {
    const [one, other] = [condition(u, k, depth - 1), condition(u, k, depth - 1)]
    return below(2) === 0
      ? [and(one[0], other[0]), k.and([one[1], other[1]])]
      : [or(one[0], other[0]), k.or([one[1], other[1]])]
  }
  if (kind === 8) {
    const [inner, theirInner] = condition(u, k, depth - 1)
    return [not(inner), k.not(theirInner)]
  }
  const limit = small()
  if (kind === 9) {
    const posts = k
      .selectFrom('posts as p')
      .select('p.id')
      .whereRef('p.user_id', '=', 'u.id')
      .where('p.likes', '>', limit)
    return [exists(from(Post).where((p) => and(p.userId.eq(u.id), p.likes.gt(limit)))), k.exists(posts)]
  }
  const liked = k.selectFrom('posts as p').select('p.user_id').where('p.likes', '>=', limit)
  return [
    u.id.in(
      from(Post)
        .where((p) => p.likes.gte(limit))
        .select((p) => p.userId),
    ),
    k('u.id', 'in', liked),
  ]
}

const users = Array.from({ length: 12 }, (_, i) => ({
  id: i,
  name: word(),
  age: below(4) === 0 ? null : below(10),
  bossId: below(3) === 0 ? null : below(12),
  active: below(2) === 0,
}))
const posts = Array.from({ length: 30 }, (_, i) => ({
  id: i,
  userId: below(12),
  title: word(),
  likes: below(4) === 0 ? null : below(10),
}))

const kysely = new Kysely<All>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (any) => new SqliteIntrospector(any),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

/** A query for us and its twin: rows of users over a join, or groups of them. */
function makeQuery() {
  const depth = below(4)
  const nulls = pick(['first', 'last'] as const)
  const conditions = some(() => below(1e9), 3)
  const [limit, offset] = [below(3) === 0 ? below(8) : undefined, below(4) === 0 ? below(5) : undefined]
  let ours = from(User, { as: 'u' })
  let theirs = kysely.selectFrom('users as u')
  for (const start of conditions) {
    const before = state
    ours = ours.where((u) => {
      state = start
      return condition(u, undefinedBuilder, depth)[0]
    })
    theirs = theirs.where((k) => {
      state = start
      return condition(anyColumns, k as unknown as Builder, depth)[1] as never
    })
    state = before
  }
  if (below(3) === 0) {
    const least = below(3)
    const query = ours
      .leftJoin(Post, (u, p) => p.userId.eq(u.id))
      .groupBy((u) => u.active)
      .having(() => count().gte(least))
      .orderBy((u) => u.active.asc())
      .select((u, p) => ({
        active: u.active,
        n: count(p.id),
        all: sum(p.likes),
        low: min(p.title),
        high: max(u.age),
      }))
    const twin = theirs
      .leftJoin('posts as p', 'p.user_id', 'u.id')
      .groupBy('u.active')
      .having((k) => k.fn.countAll(), '>=', least)
      .orderBy('u.active')
      .select((k) => [
        'u.active as active',
        k.fn.count('p.id').as('n'),
        k.fn.sum('p.likes').as('all'),
        k.fn.min('p.title').as('low'),
        k.fn.max('u.age').as('high'),
      ])
    return { query, twin: twin.compile() }
  }
  const inner = below(2) === 0
  const joined = inner
    ? ours.innerJoin(Post, (u, p) => and(p.userId.eq(u.id), p.likes.gt(3)))
    : ours.leftJoin(Post, (u, p) => and(p.userId.eq(u.id), p.likes.gt(3)))
  let query = joined
    .orderBy((u, p) => [u.age.desc({ nulls }), u.id.asc(), p.id.asc()])
    .select((u, p) => ({ id: u.id, age: u.age, active: u.active, title: p.title }))
  const outer = theirs.leftJoin('posts as p', (on) =>
    on.onRef('p.user_id', '=', 'u.id').on('p.likes', '>', 3),
  )
  // The same but for the word; its columns may not be null, which is of no interest here.
  const twinJoined = inner
    ? (theirs.innerJoin('posts as p', (on) =>
        on.onRef('p.user_id', '=', 'u.id').on('p.likes', '>', 3),
      ) as unknown as typeof outer)
    : outer
  let twin = twinJoined
    .orderBy('u.age', (order) => (nulls === 'first' ? order.desc().nullsFirst() : order.desc().nullsLast()))
    .orderBy('u.id')
    .orderBy('p.id', (order) => order.asc().nullsLast())
    .select(['u.id as id', 'u.age as age', 'u.active as active', 'p.title as title'])
  if (limit !== undefined) {
    query = query.limit(limit)
    twin = twin.limit(limit)
    if (offset !== undefined) {
      query = query.offset(offset)
      twin = twin.offset(offset)
    }
  }
  return { query, twin: twin.compile() }
}

// Each of the two is built while the other one's part is thrown away.
const anyColumns = { ...columnsOfUser() } as Columns<typeof User>
const undefinedBuilder = kyselyBuilder()

function columnsOfUser(): Columns<typeof User> {
  let columns: Columns<typeof User> | undefined
  from(User, { as: 'u' }).where((u) => {
    columns = u
    return and()
  })
  return columns as Columns<typeof User>
}

function kyselyBuilder(): Builder {
  let builder: unknown
  kysely.selectFrom('users as u').where((k) => {
    builder = k
    return k.val(true)
  })
  return builder as Builder
}

const isThere = await new Promise<boolean>((resolve) => {
  const { hostname, port } = new URL(postgres)
  const socket = connect({ host: hostname, port: Number(port || 5432) })
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  socket.once('connect', () => socket.destroy())
})
if (!isThere && process.env.CI === 'true') throw new Error(`no PostgreSQL at ${new URL(postgres).host}`)
if (!isThere) console.warn(`SKIPPED: no PostgreSQL at ${new URL(postgres).host}`)

describe('random queries', () => {
  it(`give the same rows as Kysely's, on every database (seed ${seed}, ${rounds} queries)`, async (t) => {
    const name = `zzz_oracle_${randomBytes(6).toString('hex')}`
    const admin = new Client({ connectionString: postgres })
    const tables = (flag: string) => [
      `create table users (id bigint primary key, name text not null, age bigint, boss_id bigint, active ${flag} not null)`,
      'create table posts (id bigint primary key, user_id bigint not null, title text not null, likes bigint)',
    ]
    if (isThere) {
      await admin.connect()
      await admin.query(`create database ${name} template template0 lc_collate 'C' lc_ctype 'C.UTF-8'`)
      t.after(async () => {
        await admin.query(`drop database ${name} with (force)`)
        await admin.end()
      })
    }
    const url = new URL(postgres)
    url.pathname = `/${name}`
    const repos = [['sqlite::memory:', 'integer'], ...(isThere ? [[url.href, 'boolean']] : [])].map(
      ([address = '', flag = '']) => {
        return { repo: createRepo({ url: address, schemas: [User, Post] }), flag }
      },
    )
    for (const { repo, flag } of repos) {
      for (const sql of tables(flag)) await repo.rawExec({ sql, parameters: [] })
      await repo.insertAll(User, users)
      await repo.insertAll(Post, posts)
    }
    const oracle = new DatabaseSync(':memory:')
    for (const sql of tables('integer')) oracle.exec(sql)
    for (const { id, name: own, age, bossId, active } of users) {
      oracle.prepare('insert into users values (?, ?, ?, ?, ?)').run(id, own, age, bossId, active ? 1 : 0)
    }
    for (const { id, userId, title, likes } of posts) {
      oracle.prepare('insert into posts values (?, ?, ?, ?)').run(id, userId, title, likes)
    }

    let found = 0
    for (let round = 0; round < rounds; round++) {
      const { query, twin } = makeQuery()
      const expected = oracle
        .prepare(twin.sql)
        .all(...(twin.parameters as never[]))
        .map((row) => ({ ...row, active: row.active === 1 }))
      found += expected.length
      for (const { repo } of repos) {
        const rows = (await repo.all(query as never)) as object[]
        assert.deepEqual(rows, expected, `round ${round}: ${repo.toSql(query as never).text}\n${twin.sql}`)
      }
    }
    assert.ok(found > rounds, 'most queries find rows')
    for (const { repo } of repos) await repo.stop()
  })
})
