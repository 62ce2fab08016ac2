import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { and, escapeLike, exists, not, or } from '../query/expression.ts'
import { avg, coalesce, count, max, sum, value } from '../query/functions.ts'
import { type AnyQuery, from } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import { belongsTo, hasMany } from '../schema/association.ts'
import { boolean, bytes, decimal, id, integer, json, text } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { bind, compile } from './compile.ts'
import { postgresDialect } from './dialects/postgres.ts'
import { sqliteDialect } from './dialects/sqlite.ts'

const User = schema(
  'users',
  { id: id(), name: text(), age: integer().nullable(), managerId: integer().nullable(), admin: boolean() },
  { posts: hasMany('posts') },
)
const Post = schema(
  'posts',
  { id: id(), userId: integer(), title: text(), price: decimal(8, 2), data: json(), digest: bytes() },
  { user: belongsTo('users') },
)

/** A query in SQL, without the list of columns, and its parameters. */
function toSql(query: unknown, dialect = sqliteDialect): [string, ...unknown[]] {
  const { statement } = query as AnyQuery
  const compiled = compile(statement, dialect)
  const text = compiled.text
    .replaceAll(/"users"\."id", "users"\."name", .*?"users"\."admin"/g, '*')
    .replaceAll(/"posts"\."id", "posts"\."user_id" as "userId", .*?"posts"\."digest"/g, '*')
  return [text, ...bind(compiled, statement.shape)]
}

const both = (query: unknown) => [toSql(query, sqliteDialect), toSql(query, postgresDialect)]

describe('a query in SQL', () => {
  it('names its columns, quotes names and makes values parameters', () => {
    const query = from(User).where((u) => u.name.eq(`'; drop table users --`))
    assert.deepEqual(both(query), [
      ['select * from "users" where "users"."name" = ?', `'; drop table users --`],
      ['select * from "users" where "users"."name" = $1', `'; drop table users --`],
    ])
    const odd = schema('odd', { x: text().column('a"b') }, {}, { table: 'o"dd', prefix: 'p' })
    assert.deepEqual(toSql(from(odd)), ['select "odd"."a""b" as "x" from "p"."o""dd" as "odd"'])
  })

  it('takes values and selections with a `statement` for what they are', () => {
    const value = { statement: 'select 1' }
    assert.deepEqual(
      toSql(
        from(Post).where((p) => p.data.eq(value as never)),
        postgresDialect,
      ),
      ['select * from "posts" where "posts"."data" = $1', JSON.stringify(value)],
    )
    const named = from(User).select((u) => ({ statement: u.name }))
    assert.match(toSql(named)[0], /^select "users"\."name" as "statement" /)
  })

  it('has all comparisons', () => {
    const query = from(User).where((u) =>
      and(
        u.age.lt(1),
        u.age.lte(2),
        u.age.gt(3),
        u.age.gte(4),
        u.age.neq(5),
        u.age.between(6, 7),
        u.age.isNull(),
      ),
    )
    assert.deepEqual(toSql(query), [
      'select * from "users" where ("users"."age" < ?) and ("users"."age" <= ?) and ("users"."age" > ?)' +
        ' and ("users"."age" >= ?) and ("users"."age" <> ?) and ("users"."age" between ? and ?) and ("users"."age" is null)',
      1,
      2,
      3,
      4,
      5,
      6,
      7,
    ])
  })

  it('keeps and, or and not apart by parentheses', () => {
    const query = from(User)
      .where((u) => or(u.admin.eq(true), not(and(u.age.gt(1), u.name.eq('x')))))
      .where((u) => u.id.eq(9))
    assert.deepEqual(toSql(query), [
      'select * from "users" where (("users"."admin" = ?) or (not (("users"."age" > ?) and ("users"."name" = ?)))) and ("users"."id" = ?)',
      1,
      1,
      'x',
      9,
    ])
    assert.deepEqual(toSql(from(User).where(() => and())), ['select * from "users" where true'])
    assert.deepEqual(toSql(from(User).where(() => or())), ['select * from "users" where false'])
  })

  it('sends a list as one value, so that its length is no part of the shape', () => {
    const query = (ids: number[]) => from(User).where((u) => u.id.in(ids))
    assert.deepEqual(both(query([1, 2])), [
      ['select * from "users" where "users"."id" in (select value from json_each(?))', '[1,2]'],
      ['select * from "users" where "users"."id" = any($1)', '{"1","2"}'],
    ])
    assert.equal(query([]).statement.shape.key, query([1, 2, 3]).statement.shape.key)
    assert.deepEqual(toSql(from(User).where((u) => u.age.notIn([1, null]))), [
      'select * from "users" where ("users"."age" not in (select value from json_each(?))) and ("users"."age" is not null)',
      '[1]',
    ])
    assert.deepEqual(toSql(from(Post).where((p) => p.digest.in([new Uint8Array([255, 0])]))), [
      'select * from "posts" where "posts"."digest" in (select unhex(value) from json_each(?))',
      '["ff00"]',
    ])
  })

  it('matches patterns case-sensitively by like on both databases', () => {
    const query = from(User).where((u) => u.name.like('a_b%[*]\\%\\*'))
    assert.deepEqual(both(query), [
      ['select * from "users" where "users"."name" glob ?', 'a?b*[[][*]]%[*]'],
      ['select * from "users" where "users"."name" like $1', 'a_b%[*]\\%\\*'],
    ])
    assert.equal(escapeLike('50%_\\'), '50\\%\\_\\\\')
  })

  it('orders, with NULL in the same place on both databases', () => {
    const query = from(User).orderBy((u) => [
      u.age.asc(),
      u.age.desc(),
      u.age.asc({ nulls: 'first' }),
      u.id.desc(),
    ])
    assert.deepEqual(both(query), [
      [
        'select * from "users" order by "users"."age" asc nulls last, "users"."age" desc nulls first, "users"."age" asc, "users"."id" desc',
      ],
      [
        'select * from "users" order by "users"."age" asc, "users"."age" desc, "users"."age" asc nulls first, "users"."id" desc',
      ],
    ])
  })

  it('limits and skips', () => {
    assert.deepEqual(toSql(from(User).limit(5).offset(10)), [
      'select * from "users" limit cast(? as integer) offset ?',
      5,
      10,
    ])
    assert.deepEqual(both(from(User).offset(10)), [
      ['select * from "users" limit -1 offset ?', 10],
      ['select * from "users" offset $1', 10],
    ])
  })

  it('joins by a condition and along associations', () => {
    const query = from(User)
      .innerJoin(Post, 'posts')
      .leftJoin(User, (u, _p, m) => u.managerId.eq(m.id), { as: 'managers' })
      .where((u, p, m) => and(p.title.eq('x'), m.name.eq('y'), u.id.gt(0)))
      .select((_u, p, m) => ({ title: p.title, manager: m.name }))
    assert.deepEqual(toSql(query), [
      'select "posts"."title" as "title", "managers"."name" as "manager" from "users" inner join "posts" on "users"."id" = "posts"."user_id"' +
        ' left join "users" as "managers" on "users"."manager_id" = "managers"."id"' +
        ' where ("posts"."title" = ?) and ("managers"."name" = ?) and ("users"."id" > ?)',
      'x',
      'y',
      0,
    ])
    assert.match(
      toSql(from(User).innerJoin(User, (a, b) => a.managerId.eq(b.id)))[0],
      /join "users" as "users_2" on/,
    )
  })

  it('groups and aggregates', () => {
    const query = from(Post)
      .groupBy((p) => p.userId)
      .having(() => count().gt(2))
      .select((p) => ({
        user: p.userId,
        posts: count(),
        titles: count(p.title, { distinct: true }),
        late: count(undefined, { filter: p.id.gt(100) }),
        top: max(p.id),
        mean: avg(p.id),
      }))
    assert.deepEqual(toSql(query), [
      'select "posts"."user_id" as "user", count(*) as "posts", count(distinct "posts"."title") as "titles",' +
        ' count(*) filter (where "posts"."id" > ?) as "late", max("posts"."id") as "top", avg("posts"."id") as "mean"' +
        ' from "posts" group by "posts"."user_id" having count(*) > ?',
      100,
      2,
    ])
  })

  it('has subqueries as values, lists, conditions and sources', () => {
    const mine = from(Post).where((p) => p.title.eq('x'))
    assert.deepEqual(toSql(from(User).where((u) => u.id.in(mine.select((p) => p.userId)))), [
      'select * from "users" where "users"."id" in (select "posts"."user_id" as "value" from "posts" where "posts"."title" = ?)',
      'x',
    ])
    // A NULL among the excluded would exclude everything.
    assert.match(
      toSql(from(User).where((u) => u.id.notIn(mine.select((p) => p.userId))))[0],
      /not in \(select "value" from \(select .*\) as "excluded" where "value" is not null\)$/,
    )
    assert.deepEqual(
      toSql(from(User).where((u) => exists(from(Post).where((p) => p.userId.eq(u.id)))))[0].slice(0, 50),
      'select * from "users" where exists (select * from "posts"'.slice(0, 50),
    )
    const counts = from(Post)
      .groupBy((p) => p.userId)
      .select((p) => ({ user: p.userId, posts: count() }))
    assert.deepEqual(
      toSql(
        from(counts, { as: 'c' })
          .where((c) => c.posts.gt(3))
          .select((c) => c.user),
      ),
      [
        'select "c"."user" as "value" from (select "posts"."user_id" as "user", count(*) as "posts" from "posts" group by "posts"."user_id") as "c" where "c"."posts" > ?',
        3,
      ],
    )
    const newest = from(Post)
      .where((p) => p.price.eq('1'))
      .select((p) => max(p.id))
    assert.deepEqual(
      toSql(
        from(Post, { as: 'p' })
          .where((p) => p.id.eq(newest))
          .select((p) => p.id),
      ),
      [
        'select "p"."id" as "value" from "posts" as "p" where "p"."id" = (select max("posts"."id") as "value" from "posts" where "posts"."price" = ?)',
        '1.00',
      ],
    )
  })

  it('takes SQL of the application around columns and values', () => {
    const query = from(User)
      .where((u) => sql`length(${u.name}) > ${3}`)
      .select((u) => ({
        upper: sql`upper(${u.name})`.as(text()),
        age: coalesce(u.age, 0),
        kind: value('user', text()),
      }))
    assert.deepEqual(both(query), [
      [
        'select upper("users"."name") as "upper", coalesce("users"."age", ?) as "age", ? as "kind" from "users" where length("users"."name") > ?',
        0,
        'user',
        3,
      ],
      [
        'select upper("users"."name") as "upper", coalesce("users"."age", $1) as "age", $2::text as "kind" from "users" where length("users"."name") > $3',
        0,
        'user',
        3,
      ],
    ])
  })

  it('is merged with another on the same source', () => {
    const grown = from(User)
      .where((u) => u.age.gte(18))
      .limit(3)
    assert.deepEqual(
      toSql(
        from(User)
          .where((u) => u.admin.eq(true))
          .limit(9)
          .merge(grown),
      ),
      [
        'select * from "users" where ("users"."admin" = ?) and ("users"."age" >= ?) limit cast(? as integer)',
        1,
        18,
        3,
      ],
    )
    assert.throws(() => from(User).merge(from(User, { as: 'x' })), { code: 'ZZZ_DB_QUERY' })
  })

  it('is distinct, on expressions in PostgreSQL only, as are locks', () => {
    assert.deepEqual(
      toSql(
        from(User)
          .distinct()
          .select((u) => u.age),
      )[0],
      'select distinct "users"."age" as "value" from "users"',
    )
    const each = from(User)
      .distinct((u) => u.age)
      .select((u) => u.id)
    assert.equal(
      toSql(each, postgresDialect)[0],
      'select distinct on ("users"."age") "users"."id" as "value" from "users"',
    )
    assert.equal(
      toSql(from(User).lock('update', 'skip locked'), postgresDialect)[0],
      'select * from "users" for update skip locked',
    )
    for (const query of [each, from(User).lock('share')]) {
      assert.throws(() => toSql(query), { code: 'ZZZ_DB_UNSUPPORTED' })
    }
  })
})

describe('a query refuses', () => {
  it('null and undefined where nothing could match', () => {
    for (const nothing of [null, undefined]) {
      assert.throws(() => from(User).where((u) => u.age.eq(nothing as never)), {
        code: 'ZZZ_DB_NULL',
        message: /users\.age is compared \(=\) with .*isNull\(\)/,
      })
      assert.throws(() => from(User).where((u) => u.age.between(1, nothing as never)), {
        code: 'ZZZ_DB_NULL',
      })
    }
    assert.throws(() => from(User).where((u) => u.age.in([undefined as never])), { code: 'ZZZ_DB_QUERY' })
    assert.throws(() => from(User).where((u) => u.id.in(undefined as never)), { code: 'ZZZ_DB_QUERY' })
  })

  it('values of another type, before the database sees them', () => {
    for (const wrong of ['1', 1.5, Number.NaN, 2 ** 53, {}, [], new Date()]) {
      assert.throws(() => toSql(from(User).where((u) => u.id.eq(wrong as never))), { code: 'ZZZ_DB_VALUE' })
    }
    assert.throws(() => toSql(from(User).where((u) => u.name.eq('a\0b'))), {
      code: 'ZZZ_DB_VALUE',
      message: /NUL/,
    })
    assert.throws(() => toSql(from(User).where((u) => u.name.eq('\ud800'))), { code: 'ZZZ_DB_VALUE' })
    assert.throws(() => toSql(from(User).where(() => sql`1 = ${{} as never}`)), { code: 'ZZZ_DB_VALUE' })
  })

  it('comparisons that SQLite would do in another way', () => {
    const wrong = [
      from(Post).where((p) => p.price.gt('1')),
      from(Post).orderBy((p) => p.price.asc()),
      from(Post).select((p) => sum(p.price)),
      from(Post).where((p) => p.data.eq({} as never)),
      from(Post).where((p) => p.data.in([{}])),
    ]
    for (const query of wrong) {
      assert.throws(() => toSql(query), { code: 'ZZZ_DB_UNSUPPORTED' })
      toSql(query, postgresDialect)
    }
    toSql(from(Post).where((p) => p.price.in(['1.5'])))
  })

  it('fields that do not exist, and callbacks that give nothing', () => {
    const any = (callback: unknown) => callback as never
    assert.throws(() => from(User).where(any((u: Record<string, unknown>) => u.nmae)), {
      code: 'ZZZ_DB_SCHEMA',
      message: /no stored field "nmae"; known are id, name/,
    })
    const wrong = [
      () => from(User).where(any(() => undefined)),
      () => from(User).where(any({ id: 1 })),
      () => from(User).orderBy(any(() => 'id')),
      () => from(User).groupBy(any(() => 'id')),
      () => from(User).distinct(any(() => ['id'])),
      () => from(User).select(any(() => 1)),
      () => from(User).select(any(() => ({}))),
      () => from(User).limit(-1),
      () => from(User).limit('1; drop table users' as never),
      () => from(User).offset(0.5),
      () => from(User, { as: 'a b' }),
      () => from(User).where((u) => u.name.like(1 as never)),
      () => from(User).where((u) => u.id.in(from(Post) as never)),
    ]
    for (const make of wrong) assert.throws(make, { code: 'ZZZ_DB_QUERY' })
  })

  it('a query inside a callback that would capture the columns around it', () => {
    const capturing = () => from(User).where((u) => exists(from(User).where((v) => v.managerId.eq(u.id))))
    assert.throws(capturing, { code: 'ZZZ_DB_QUERY', message: /Two sources are named "users"/ })
    // The name is free again after the error.
    from(User).where((u) => u.id.eq(1))
    const named = from(User).where((u) => exists(from(User, { as: 'v' }).where((v) => v.managerId.eq(u.id))))
    assert.match(toSql(named)[0], /from "users" as "v" where "v"."manager_id" = "users"."id"\)$/)
  })
})

describe('the shape of a query', () => {
  it('is the same for other values, and another for anything else', () => {
    const key = (query: { statement: AnyQuery['statement'] }) => query.statement.shape.key
    assert.equal(
      key(
        from(User)
          .where((u) => u.id.eq(1))
          .limit(1),
      ),
      key(
        from(User)
          .where((u) => u.id.eq(2))
          .limit(7),
      ),
    )
    const [foreign] = from(User).columns
    const different = [
      from(User),
      from(Post),
      from(User, { as: 'u' }),
      from(schema('users', { id: id(), name: integer() })),
      from(User).limit(1),
      from(User).offset(1),
      from(User).distinct(),
      from(User).where((u) => u.id.eq(1)),
      from(User).where((u) => u.id.neq(1)),
      from(User).having((u) => u.id.eq(1)),
      from(User, { as: 'u' }).where((u) => u.id.eq(1)),
      from(User).where((u) => u.name.eq('')),
      from(Post).where((p) => p.id.eq(1)),
      from(Post).where(() => foreign.id.eq(1)),
      from(Post, { as: 'users' }).where((p) => p.id.eq(1)),
      from(Post, { as: 'users' }).where(() => foreign.id.eq(1)),
      ...[from(User).where((u) => u.id.eq(1))].flatMap((one) => [
        one.where((u) => u.id.eq(1)),
        one.orderBy((u) => u.id.asc()),
        one.limit(1),
        one.offset(1),
        one.distinct(),
        one.groupBy((u) => u.id),
        one.having((u) => u.id.eq(1)),
        one.select((u) => u.id),
        one.lock('update'),
        one.innerJoin(Post, 'posts'),
      ]),
      from(User).where((u) => u.id.eq(u.age)),
      from(User).where((u) => u.id.in([1])),
      from(User).where((u) => u.id.notIn([1])),
      from(User).where((u) => u.name.like('')),
      from(User).where((u) => u.name.ilike('')),
      from(User).where((u) => or(u.id.eq(1), u.id.eq(1))),
      from(User).where((u) => and(u.id.eq(1), u.id.eq(1))),
      from(User).where((u) => sql`${u.id} = ${1}`),
      from(User).where((u) => sql`${u.id} > ${1}`),
      from(User).orderBy((u) => u.id.asc()),
      from(User).orderBy((u) => u.id.desc()),
      from(User).orderBy((u) => u.id.desc({ nulls: 'last' })),
      from(User).groupBy((u) => u.id),
      from(User).select((u) => u.id),
      from(User).select((u) => ({ id: u.id })),
      from(User).select((u) => ({ other: u.id })),
      from(User).select((u) => ({ u })),
      from(User).select((u) => sql`${u.id}`.as(integer())),
      from(User).select((u) => sql`${u.id}`.as(text())),
      from(User).innerJoin(Post, 'posts'),
      from(User).leftJoin(Post, 'posts'),
      from(User).lock('update'),
      from(User).lock('update', 'nowait'),
    ]
    assert.equal(new Set(different.map((query) => key(query as AnyQuery))).size, different.length)
  })

  it('keeps two values apart that come from one expression', () => {
    const young = from(User).where((u) => {
      const same = u.age.gt(5)
      return and(same, same)
    })
    assert.deepEqual(toSql(young).slice(1), [5, 5])
  })
})
