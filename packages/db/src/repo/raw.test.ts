import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import { sql } from '../query/sql.ts'
import { bigint, id, integer } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { blogRepo, seedBlog, User } from './blog.suite.ts'
import { createRepo } from './create-repo.ts'

describeDatabases('SQL of your own', (database) => {
  it('runs SQL of your own', async () => {
    const repo = await blogRepo(database)
    await seedBlog(repo)
    const rows = await repo.rawAll(sql`select email, age from users where age > ${17} order by age`)
    assert.deepEqual(rows, [{ email: 'ada@example.org', age: 36 }])
    assert.deepEqual(
      await repo.rawOne(sql`select count(*) as n from users where email in (${'x'}, ${'ada@example.org'})`),
      { n: 1 },
    )
    assert.equal(await repo.rawOne(sql`select 1 as one where 1 = 2`), undefined)
    assert.equal(await repo.rawExec(sql`update users set age = ${1} where age = ${36}`), 1)
    const mark = database.dialect === 'sqlite' ? '?' : '$1'
    assert.equal(
      await repo.rawExec({ sql: `delete from profiles where bio = ${mark}`, parameters: ['Mathematician'] }),
      1,
    )
    await assert.rejects(repo.rawAll('select 1' as never), { code: 'ZZZ_DB_QUERY' })
    await assert.rejects(repo.rawAll(sql`selct 1`), { code: 'ZZZ_DB_FAILED', message: /selct 1/ })
    // SQLite alone would run the first one and forget the other.
    await assert.rejects(repo.rawExec(sql`delete from tags where id = ${0}; delete from tags`), {
      code: database.dialect === 'sqlite' ? 'ZZZ_DB_QUERY' : 'ZZZ_DB_FAILED',
    })
    // One that is too long to be prepared, too.
    const long = `delete from tags where id = 0; delete from tags where name = '${'x'.repeat(1000)}'`
    await assert.rejects(repo.rawExec({ sql: long, parameters: [] }), {
      code: database.dialect === 'sqlite' ? 'ZZZ_DB_QUERY' : 'ZZZ_DB_FAILED',
    })
    assert.equal(await repo.rawExec(sql`delete from tags where id = 0; -- nothing more`), 0)
    assert.deepEqual(await repo.rawOne(sql`select 9007199254740993 as big, 5 as small`), {
      big: 9007199254740993n,
      small: 5,
    })
    assert.equal(await repo.count(from(User)), 3)
    await repo.stop()
  })

  it('explains a query and shows its SQL', async () => {
    const repo = await blogRepo(database)
    const query = from(User)
      .where((u) => u.id.eq(7))
      .select((u) => u.email)
    const { text, parameters } = repo.toSql(query)
    assert.match(text, /^select "users"\."email" as "value" from "users" where "users"\."id" = (?:\?|\$1)$/)
    assert.deepEqual(parameters, [7])
    assert.match(await repo.explain(query), /users/)
    await repo.stop()
  })
})

describeDatabases('integers beyond what a number holds', (database) => {
  it('are an error for a number, and exact as bigint', async () => {
    const Number53 = schema('big', { id: id(), n: integer() })
    const Number64 = schema('wide', { id: id(), n: bigint() }, {}, { table: 'big' })
    const repo = createRepo({ url: await database.create(), schemas: [Number53, Number64] })
    await repo.rawExec(sql`create table big (id bigint primary key, n bigint not null)`)
    await repo.insertAll(Number64, [{ id: 1, n: 2n ** 53n + 1n }])
    assert.deepEqual(await repo.all(from(Number64)), [{ id: 1, n: 2n ** 53n + 1n }])
    await assert.rejects(repo.all(from(Number53)), {
      code: 'ZZZ_DB_VALUE',
      message: /bigint\(\)/,
    })
    await repo.stop()
  })
})
