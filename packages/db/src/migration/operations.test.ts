import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ConstraintError } from '../errors.ts'
import { describeDatabases, describePostgres } from '../internal/databases.suite.ts'
import { createRepo } from '../repo/create-repo.ts'
import { bareRepo, exec, migrationFolder, rowsOf } from './migration.suite.ts'
import { migrate, rollback } from './runner/migrate.ts'
import { status } from './runner/status.ts'

const blog = `export const change = [
  createTable('users', { id: id(), email: text(), age: integer().default(7), ...timestamps() }, { checks: { sane_age: sql\`age >= \${0}\` } }),
  createTable('posts', { id: id(), userId: reference('users', { onDelete: 'cascade' }), title: string(20).default("it's") }),
  createIndex('users', ['email'], { unique: true, where: sql\`email <> \${"o'neill"}\` }),
]`
const insertUser = `insert into users (email, inserted_at, updated_at) values ('a', '2026-01-01 00:00:00Z', '2026-01-01 00:00:00Z')`

describeDatabases('operations', ({ dialect, create }) => {
  it('makes references to the primary key of a table between two others', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(
      1,
      'tags',
      `export const change = [
        createTable('notes', { id: id() }),
        createTable('tags', { id: id() }),
        createTable('note_tags', {
          noteId: reference('notes', { onDelete: 'cascade' }).primaryKey(),
          tagId: reference('tags').primaryKey(),
          userId: reference('notes').nullable(),
        }),
      ]`,
    )
    await migrate(repo, { folder: files.folder })
    for (const table of ['notes', 'tags']) await rowsOf(repo, `insert into ${table} (id) values (1)`)
    const link = 'insert into note_tags (note_id, tag_id) values (1, 1)'
    await rowsOf(repo, link)
    const facts = { kind: 'unique', columns: ['note_id', 'tag_id'] }
    await assert.rejects(rowsOf(repo, link), (error: ConstraintError) => {
      assert.deepEqual({ kind: error.facts.kind, columns: error.facts.columns }, facts)
      return true
    })
    await rowsOf(repo, 'delete from notes')
    assert.deepEqual(await rowsOf(repo, 'select * from note_tags'), [])
    await repo.stop()
  })

  it('refuses a reference to a table that does not exist, and leaves nothing behind', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(
      1,
      'misspelt',
      `export const change = [createTable('users', { id: id() }), createTable('posts', { id: id(), userId: reference('uesrs') })]`,
    )
    await assert.rejects(migrate(repo, { folder: files.folder }), {
      code: 'ZZZ_DB_MIGRATION_FAILED',
      message: /uesrs.* (?:does|which does) not exist/,
    })
    await assert.rejects(exec(repo, 'select * from users'), { code: 'ZZZ_DB_FAILED' })
    using corrected = migrationFolder()
    corrected.write(
      1,
      'correct',
      `export const change = [createTable('users', { id: id(), bossId: reference('users') })]`,
    )
    assert.equal((await migrate(repo, { folder: corrected.folder })).length, 1)
    await repo.stop()
  })

  it('makes constraints that refuse, with names that changesets know', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(1, 'create_blog', blog)
    await migrate(repo, { folder: files.folder })
    await exec(repo, insertUser)
    const refused = (text: string, facts: object) =>
      assert.rejects(exec(repo, text), (error: { facts?: object }) => {
        assert.partialDeepStrictEqual(error.facts, facts)
        return true
      })
    await refused(insertUser, { kind: 'unique', constraint: 'users_email_index' })
    await refused(`update users set age = -1`, { kind: 'check', constraint: 'sane_age' })
    await refused('insert into posts (user_id) values (99)', { kind: 'foreignKey' })
    await exec(repo, 'insert into posts (user_id) values (1)')
    await exec(repo, 'delete from users')
    assert.deepEqual(await rowsOf(repo, 'select * from posts'), [])
    await repo.stop()
  })

  it('has a type for every field, which holds what the repo writes', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(
      1,
      'all_types',
      `const user = schema('t', { id: id(), big: bigint(), flag: boolean(), f: float(), d: decimal(10, 2), t: text(), s: string(3),
        u: uuid(), e: enumeration('a', 'b'), day: date(), at: datetime(), j: json(), b: bytes(), n: integer().nullable() })
      const row = { big: 5n, flag: true, f: 1.5, d: '1.50', t: 'x', s: 'abc', u: '00000000-0000-4000-8000-000000000000', e: 'b',
        day: '2026-01-01', at: new Date(0), j: { a: [1] }, b: new Uint8Array([1, 2]) }
      export const change = [
        createTable('t', user.fields),
        run(async (repo) => {
          const { id, n, ...read } = await repo.insertOrThrow(user, row)
          if (JSON.stringify(read, (_, v) => typeof v === 'bigint' ? String(v) : v) !== JSON.stringify(row, (_, v) => typeof v === 'bigint' ? String(v) : v)) throw new Error('not equal')
        }, nothing),
      ]`,
    )
    await migrate(repo, { folder: files.folder })
    assert.equal((await rowsOf(repo, 'select * from t')).length, 1)
    await repo.stop()
  })

  it('writes defaults of every kind so that the database means the same', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(
      1,
      'defaults',
      `const t = schema('t', { id: id(), f: float().default(-1.5), flag: boolean().default(true), b: bytes().default(new Uint8Array([0, 255])),
        j: json().default({ a: "it's" }), d: decimal(4, 2).default('1.5'), n: integer().nullable().default(null), x: text() })
      export const change = [
        createTable('t', { ...t.fields, x: column(text(), { default: sql\`'a' || 'b'\` }) }),
        execute(sql\`insert into t default values\`, sql\`delete from t\`),
        run(async (repo) => {
          const [row] = await repo.all(from(t))
          const read = JSON.stringify([row.f, row.flag, [...row.b], row.j, row.d, row.n, row.x])
          if (read !== '[-1.5,true,[0,255],{"a":"it\\'s"},"1.50",null,"ab"]') throw new Error(read)
        }, nothing),
      ]`,
    )
    await migrate(repo, { folder: files.folder })
    await rollback(repo, { folder: files.folder })
    await repo.stop()
  })

  it('undoes change by itself: the schema is as before', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    const shape = async () =>
      dialect === 'sqlite'
        ? rowsOf(
            repo,
            `select type, name, tbl_name from sqlite_schema where name not like 'sqlite_%' order by 1, 2`,
          )
        : rowsOf(
            repo,
            `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns where table_schema = current_schema() order by 1, 2`,
          )
    files.write(1, 'create_blog', blog)
    await migrate(repo, { folder: files.folder })
    const before = await shape()
    files.write(
      2,
      'more',
      `export const change = [
        renameTable('posts', 'articles'),
        alterTable('articles', [
          renameColumn('title', 'headline'),
          addColumn('editorId', column(integer().nullable(), { references: { table: 'users', onDelete: 'set null' } })),
          addCheck('has_headline', sql\`headline <> ''\`),
        ]),
        createTable('tags', { postId: integer().primaryKey(), name: text().primaryKey() }),
        alterTable('tags', [addForeignKey(['postId'], { table: 'articles' })]),
        createIndex('users', [sql\`lower(email)\`], { name: 'users_lower' }),
        dropIndex('users', ['email'], { unique: true, where: sql\`email <> \${"o'neill"}\` }),
        alterTable('users', [dropCheck('sane_age', sql\`age >= 0\`), dropColumn('age', integer().default(7)), changeColumn('email', { from: text(), to: text().nullable() })]),
        execute({ postgres: sql\`comment on table users is 'x'\` }, {}),
      ]`,
    )
    await migrate(repo, { folder: files.folder })
    assert.notDeepEqual(await shape(), before)
    const undone = await rollback(repo, { folder: files.folder })
    assert.deepEqual(
      undone.map((one) => one.version),
      ['20260102000000'],
    )
    assert.deepEqual(await shape(), before)
    await migrate(repo, { folder: files.folder })
    await rollback(repo, { folder: files.folder, to: '0' })
    assert.deepEqual(
      (await status(repo, { folder: files.folder })).map((one) => one.state),
      ['pending', 'pending'],
    )
    await repo.stop()
  })

  it('refuses names that a database would cut or does not have', async () => {
    const repo = bareRepo(await create())
    for (const [body, code] of [
      [`createTable('x'.repeat(64), { id: id() })`, 'ZZZ_DB_MIGRATION'],
      [`createTable('', { id: id() })`, 'ZZZ_DB_MIGRATION'],
      [`renameTable('a', 'b.c')`, 'ZZZ_DB_MIGRATION'],
      [`createTable('t', { aB: text(), a_b: text() })`, 'ZZZ_DB_MIGRATION'],
      [`createTable('t', { a: 'text' })`, 'ZZZ_DB_MIGRATION'],
    ] as const) {
      using files = migrationFolder()
      files.write(1, 'names', `export const up = [${body}]`)
      await assert.rejects(
        migrate(repo, { folder: files.folder }),
        (error: { cause?: { code?: string } }) => error.cause?.code === code,
      )
    }
    using files = migrationFolder()
    files.write(1, 'quotes', `export const change = [createTable('a"; drop', { 'b': text().column('c"d') })]`)
    await migrate(repo, { folder: files.folder })
    assert.deepEqual(await rowsOf(repo, `select "c""d" from "a""; drop"`), [])
    await repo.stop()
  })
})

describePostgres('operations', ({ create }) => {
  it('says which columns are in the way of a unique index, though not their values', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    await exec(repo, 'create table pairs (a text, b text)')
    await exec(repo, `insert into pairs values ('secret', 'x'), ('secret', 'x')`)
    files.write(1, 'index', `export const change = [createIndex('pairs', ['a', 'b'], { unique: true })]`)
    await assert.rejects(migrate(repo, { folder: files.folder }), ({ message }: Error) => {
      assert.match(message, /\(SQLSTATE 23505, columns a, b\)$/)
      assert(!message.includes('secret'))
      return true
    })
    await repo.stop()
  })

  it('makes an index concurrently, and again after one that failed', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(
      1,
      't',
      `export const change = [createTable('t', { id: id(), x: integer() }), execute(sql\`insert into t (x) values (1), (1)\`, sql\`delete from t\`)]`,
    )
    files.write(
      2,
      'index',
      `export const transaction = false\nexport const change = [createIndex('t', ['x'], { unique: true, concurrently: true })]`,
    )
    await assert.rejects(migrate(repo, { folder: files.folder }), { code: 'ZZZ_DB_MIGRATION_FAILED' })
    const valid = () =>
      rowsOf(repo, `select indisvalid as valid from pg_index where indexrelid = to_regclass('t_x_index')`)
    assert.deepEqual(await valid(), [{ valid: false }])
    await exec(repo, 'delete from t where id = 2')
    await migrate(repo, { folder: files.folder })
    assert.deepEqual(await valid(), [{ valid: true }])
    await rollback(repo, { folder: files.folder })
    assert.deepEqual(await valid(), [])
    await repo.stop()
  })

  it('gives up on a table that someone else uses, when it is asked to', async () => {
    using files = migrationFolder()
    const url = await create()
    const [repo, other] = [createRepo({ url, schemas: [], postgres: { size: 1 } }), bareRepo(url)]
    const { folder } = files
    files.write(1, 't', `export const change = [createTable('t', { id: id() })]`)
    await migrate(repo, { folder })
    files.write(2, 'alter', `export const change = [alterTable('t', [addColumn('x', text().nullable())])]`)
    await other.transaction(async () => {
      await exec(other, 'lock table t')
      await assert.rejects(migrate(repo, { folder, tableLockTimeout: 50 }), {
        code: 'ZZZ_DB_MIGRATION_FAILED',
        message: /lock timeout/,
      })
    })
    await migrate(repo, { folder, tableLockTimeout: 50 })
    assert.deepEqual(await rowsOf(repo, 'show lock_timeout'), [{ lock_timeout: '0' }])
    await Promise.all([repo.stop(), other.stop()])
  })

  it('works in a schema, and adds constraints that are validated later', async () => {
    using files = migrationFolder()
    const url = await create()
    const repo = bareRepo(url)
    const own = `other_${new URL(url).searchParams.get('options')?.split('=')[1]}`
    await exec(repo, `create schema ${own}`)
    files.write(
      1,
      'schema',
      `export const change = [
        createTable('${own}.t', { id: id(), x: integer() }),
        createIndex('${own}.t', ['x'], { using: 'btree' }),
        execute(sql\`insert into ${own}.t (x) values (-1)\`, sql\`delete from ${own}.t\`),
        alterTable('${own}.t', [addCheck('positive', sql\`x > 0\`, { validate: false })]),
      ]`,
    )
    await migrate(repo, { folder: files.folder })
    await assert.rejects(exec(repo, `insert into ${own}.t (x) values (-2)`), { code: 'ZZZ_DB_CONSTRAINT' })
    files.write(
      2,
      'validate',
      `export const change = [alterTable('${own}.t', [validateConstraint('positive')])]`,
    )
    await assert.rejects(migrate(repo, { folder: files.folder }), { code: 'ZZZ_DB_MIGRATION_FAILED' })
    await exec(repo, `update ${own}.t set x = 1`)
    await migrate(repo, { folder: files.folder })
    files.write(
      3,
      'type',
      `export const change = [alterTable('${own}.t', [dropCheck('positive', sql\`x > 0\`), changeColumn('x', { from: integer(), to: text().default('5'), using: sql\`(x + 1)::text\`, reverseUsing: sql\`x::bigint\` })])]`,
    )
    await migrate(repo, { folder: files.folder })
    assert.deepEqual(await rowsOf(repo, `select x from ${own}.t`), [{ x: '2' }])
    await rollback(repo, { folder: files.folder, to: '0' })
    await repo.stop()
  })
})
