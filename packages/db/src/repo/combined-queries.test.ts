import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import type { Columns } from '../query/columns.ts'
import { cte, except, intersect, type QueryOf, recursive, union, unionAll } from '../query/combine.ts'
import { and } from '../query/expression.ts'
import { count, sum, value } from '../query/functions.ts'
import { from } from '../query/query.ts'
import { denseRank, lag, lead, over, rank, rowNumber } from '../query/window.ts'
import { id, integer, text } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { blogRepo, Post, seedBlog, Tag, Team, User } from './blog.suite.ts'
import { createRepo } from './create-repo.ts'

const Node = schema('nodes', { id: id(), parentId: integer().nullable(), name: text(), size: integer() })

describeDatabases('combined queries', (database) => {
  it('are put together by union, intersect and except', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    await repo.insertOrThrow(Team, { name: 'maths' })
    const teams = from(Team).select((t) => ({ name: t.name, kind: value('team', text()) }))
    const tags = from(Tag)
      .where((t) => t.name.neq('x'))
      .select((t) => ({ name: t.name, kind: value('tag', text()) }))
    const all = unionAll(teams, tags)
      .where((c) => c.name.like('m%'))
      .orderBy((c) => [c.name.asc(), c.kind.asc()])
      .limit(9)
    assert.deepEqual(await repo.all(all), [
      { name: 'machines', kind: 'tag' },
      { name: 'maths', kind: 'tag' },
      { name: 'maths', kind: 'team' },
    ])
    const names = {
      teams: from(Team).select((t) => ({ name: t.name })),
      tags: from(Tag).select((t) => ({ name: t.name })),
    }
    const sorted = async (query: QueryOf<{ readonly name: string }>) =>
      repo.all(query.orderBy((c) => c.name.asc()).select((c) => c.name))
    assert.deepEqual(await sorted(union(names.teams, names.tags)), ['Analysts', 'machines', 'maths'])
    assert.deepEqual(await sorted(intersect(names.teams, names.tags)), ['maths'])
    assert.deepEqual(await sorted(except(names.tags, names.teams)), ['machines'])
    // Parts keep their own order and limit, and whole rows go too.
    const first = names.tags.orderBy((t) => t.id.asc()).limit(1)
    assert.deepEqual(await sorted(unionAll(first, first)), ['maths', 'maths'])
    const rows = union(
      from(Tag).where((t) => t.id.eq(1)),
      from(Tag).where((t) => t.id.eq(2)),
    )
    assert.deepEqual(await repo.all(rows.orderBy((t) => t.id.desc())), [
      { id: 2, name: 'machines' },
      { id: 1, name: 'maths' },
    ])
    assert.equal(await repo.count(union(names.teams, names.tags)), 3)
    assert.throws(() => union(names.teams as never, from(Tag).select((t) => ({ name: t.id })) as never), {
      code: 'ZZZ_DB_QUERY',
      message: /\{ name: text \} is not \{ name: integer \}/,
    })
    await repo.stop()
  })

  it('have names, and are used several times', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    const busy = cte(
      'busy',
      from(Post)
        .where((p) => p.id.gt(0))
        .groupBy((p) => p.userId)
        .select((p) => ({ userId: p.userId, posts: count() })),
    )
    const query = from(User)
      .innerJoin(busy, (u, b) => b.userId.eq(u.id))
      .leftJoin(busy, (_u, b, more) => more.posts.gt(b.posts), { as: 'more' })
      .where((u) => u.id.gt(-1))
      .orderBy((u) => u.id.asc())
      .select((u, b, more) => ({ email: u.email, posts: b.posts, more: more.posts }))
    assert.deepEqual(await repo.all(query), [
      { email: 'ada@example.org', posts: 2, more: null },
      { email: 'bob@example.org', posts: 1, more: 2 },
    ])
    const { text } = repo.toSql(query)
    assert.match(
      text,
      /^with "busy" as \(select .*\) select .* from "users" inner join "busy" on .* left join "busy" as "more" on/,
    )
    assert.equal(text.split('group by').length, 2)
    assert.equal(await repo.count(busy.where((b) => b.posts.eq(2))), 1)
    const other = cte('busy', from(Tag))
    assert.throws(
      () =>
        repo.toSql(
          from(User)
            .innerJoin(busy, (u, b) => b.userId.eq(u.id))
            .innerJoin(other, (u, _b, o) => o.id.eq(u.id), { as: 'o' }),
        ),
      {
        code: 'ZZZ_DB_QUERY',
        message: /Two queries are named "busy"/,
      },
    )
    // A join with any query.
    const counts = from(Post)
      .groupBy((p) => p.userId)
      .select((p) => ({ userId: p.userId, posts: count() }))
    const joined = from(User)
      .leftJoin(counts, (u, c) => c.userId.eq(u.id), { as: 'c' })
      .orderBy((u) => u.id.asc())
    assert.deepEqual(await repo.all(joined.select((_u, c) => c.posts)), [2, 1, null])
    await repo.stop()
  })

  it('follow a tree, and look at the rows around', async () => {
    const repo = createRepo({ url: await database.create(), schemas: [Node] })
    await repo.rawExec({
      sql: 'create table nodes (id bigint primary key, parent_id bigint, name text not null, size bigint not null)',
      parameters: [],
    })
    await repo.insertAll(Node, [
      { id: 1, parentId: null, name: 'root', size: 1 },
      { id: 2, parentId: 1, name: 'a', size: 5 },
      { id: 3, parentId: 2, name: 'b', size: 5 },
      { id: 4, parentId: null, name: 'other', size: 7 },
      { id: 5, parentId: 1, name: 'c', size: 9 },
    ])
    const fields = (n: Columns<typeof Node>) => ({ id: n.id, name: n.name })
    const tree = recursive(
      'tree',
      from(Node)
        .where((n) => n.id.eq(1))
        .select(fields),
      (rows) =>
        from(Node)
          .innerJoin(rows, (n, t) => and(n.parentId.eq(t.id), n.size.gt(0)))
          .select(fields),
    )
    assert.deepEqual(await repo.all(tree.orderBy((t) => t.id.asc()).select((t) => t.name)), [
      'root',
      'a',
      'b',
      'c',
    ])
    assert.equal(await repo.count(tree), 4)
    const inTree = from(Node).where((n) => n.id.notIn(tree.select((t) => t.id)))
    assert.deepEqual(
      (await repo.all(inTree)).map(({ id }) => id),
      [4],
    )

    const windows = from(Node)
      .where((n) => n.size.gt(0))
      .orderBy((n) => n.id.asc())
      .select((n) => ({
        id: n.id,
        number: over(rowNumber(), { partitionBy: [n.parentId], orderBy: [n.id.asc()] }),
        rank: over(rank(), { orderBy: [n.size.asc()] }),
        dense: over(denseRank(), { orderBy: [n.size.asc()] }),
        before: over(lag(n.name), { orderBy: [n.id.asc()] }),
        after: over(lead(n.size), { orderBy: [n.id.asc()] }),
        running: over(sum(n.size), { orderBy: [n.id.asc()] }),
        total: over(sum(n.size)),
      }))
    assert.deepEqual(await repo.all(windows), [
      { id: 1, number: 1, rank: 1, dense: 1, before: null, after: 5, running: 1, total: 27 },
      { id: 2, number: 1, rank: 2, dense: 2, before: 'root', after: 5, running: 6, total: 27 },
      { id: 3, number: 1, rank: 2, dense: 2, before: 'a', after: 7, running: 11, total: 27 },
      { id: 4, number: 2, rank: 4, dense: 3, before: 'b', after: 9, running: 18, total: 27 },
      { id: 5, number: 2, rank: 5, dense: 4, before: 'other', after: null, running: 27, total: 27 },
    ])
    await repo.stop()
  })
})
