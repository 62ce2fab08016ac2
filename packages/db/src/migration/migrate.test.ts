import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { describeDatabases, describePostgres } from '../internal/databases.suite.ts'
import { createRepo } from '../repo/create-repo.ts'
import { bareRepo, exec, migrationFolder, rowsOf } from './migration.suite.ts'
import { migrate, rollback } from './runner/migrate.ts'
import { assertMigrated, status } from './runner/status.ts'

const blog = `export const change = [
  createTable('users', { id: id(), email: text(), age: integer().default(7), ...timestamps() }, { checks: { sane_age: sql\`age >= \${0}\` } }),
  createTable('posts', { id: id(), userId: reference('users', { onDelete: 'cascade' }), title: string(20).default("it's") }),
  createIndex('users', ['email'], { unique: true, where: sql\`email <> \${"o'neill"}\` }),
]`
const insertUser = `insert into users (email, inserted_at, updated_at) values ('a', '2026-01-01 00:00:00Z', '2026-01-01 00:00:00Z')`

describeDatabases('migrate', ({ dialect, create, name }) => {
  it('applies what is pending in order, and gives what it did', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(
      2,
      'add_flag',
      `export const change = [alterTable('users', [addColumn('flag', boolean().default(true))])]`,
    )
    files.write(1, 'create_blog', blog)
    const lines: string[] = []
    const ran = await migrate(repo, { folder: files.folder, log: (line) => lines.push(line) })
    assert.deepEqual(
      ran.map((one) => one.name),
      ['create_blog', 'add_flag'],
    )
    assert.match(
      lines.join('\n'),
      /^20260101000000_create_blog.ts: applied in \d+ ms\n20260102000000_add_flag/,
    )
    await exec(repo, insertUser)
    await exec(repo, 'insert into posts (user_id) values (1)')
    const [row] = await rowsOf(
      repo,
      'select u.id, u.age, u.flag, p.title from users u join posts p on p.user_id = u.id',
    )
    assert.deepEqual({ ...row, flag: Number(row?.flag) }, { id: 1, age: 7, flag: 1, title: "it's" })
    assert.deepEqual(await migrate(repo, { folder: files.folder }), [])
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

  it('rolls back as many as it is asked to, or to a version', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    for (const day of [1, 2, 3, 4])
      files.write(day, `t${day}`, `export const change = [createTable('t${day}', { id: id() })]`)
    const { folder } = files
    await migrate(repo, { folder, to: '20260103000000' })
    const states = async () => (await status(repo, { folder })).map((one) => one.state).join()
    assert.equal(await states(), 'applied,applied,applied,pending')
    await rollback(repo, { folder, steps: 2 })
    assert.equal(await states(), 'applied,pending,pending,pending')
    await migrate(repo, { folder })
    await rollback(repo, { folder, to: '20260102000000' })
    assert.equal(await states(), 'applied,applied,pending,pending')
    await assert.rejects(rollback(repo, { folder, to: '20270101000000' }), { code: 'ZZZ_DB_MIGRATION' })
    await assert.rejects(rollback(repo, { folder, to: '0', steps: 1 }), { code: 'ZZZ_DB_OPTION_INVALID' })
    await repo.stop()
  })

  it('undoes a migration that fails as a whole, keeps those before it, and says where it failed', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(1, 'fine', `export const change = [createTable('fine', { id: id() })]`)
    files.write(
      2,
      'broken',
      `export const up = [createTable('half', { id: id() }), execute(sql\`insert into nowhere values (1)\`)]`,
    )
    await assert.rejects(migrate(repo, { folder: files.folder }), {
      code: 'ZZZ_DB_MIGRATION_FAILED',
      message: /^20260102000000_broken.ts: execute\(…\): .*nowhere/,
    })
    await assert.rejects(rowsOf(repo, 'select * from half'), { code: 'ZZZ_DB_FAILED' })
    assert.deepEqual(await rowsOf(repo, 'select * from fine'), [])
    assert.deepEqual(
      (await status(repo, { folder: files.folder })).map((one) => one.state),
      ['applied', 'pending'],
    )
    await repo.stop()
  })

  it('refuses a change without a way back before anything runs, and up without down on rollback', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(1, 'one_way', `export const up = [createTable('t', { id: id() })]`)
    await migrate(repo, { folder: files.folder })
    await assert.rejects(rollback(repo, { folder: files.folder }), {
      code: 'ZZZ_DB_MIGRATION_IRREVERSIBLE',
      message: /up and no down/,
    })
    files.write(2, 'fine', `export const change = [createTable('fine', { id: id() })]`)
    files.write(3, 'drop', `export const change = [dropTable('t')]`)
    await assert.rejects(migrate(repo, { folder: files.folder }), {
      code: 'ZZZ_DB_MIGRATION_IRREVERSIBLE',
      message: /20260103000000_drop.ts: dropTable\('t'\) cannot be reversed: give it the columns/,
    })
    await assert.rejects(rowsOf(repo, 'select * from fine'))
    await repo.stop()
  })

  it('runs data migrations in the transaction of the migration', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    files.write(
      1,
      'data',
      `const users = schema('users', { id: id(), name: text() })
      export const up = [
        createTable('users', users.fields),
        run(async (repo) => {
          if (!repo.inTransaction()) throw new Error('outside')
          await repo.transaction(() => repo.insertAll(users, [{ name: 'ada' }, { name: 'bob' }]))
          await Promise.all([repo.insertOrThrow(users, { name: 'eve' }), repo.count(from(users))])
        }),
      ]
      export const down = [dropTable('users')]`,
    )
    await migrate(repo, { folder: files.folder })
    assert.deepEqual(
      (await rowsOf(repo, 'select name from users order by id')).map((row) => row.name),
      ['ada', 'bob', 'eve'],
    )
    await rollback(repo, { folder: files.folder })
    await repo.stop()
  })

  it('run as they are now, also when this process has read them before', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    const { folder } = files
    files.write(1, 't', 'export const change = [createTable(')
    await assert.rejects(migrate(repo, { folder }), { code: 'ZZZ_DB_MIGRATION' })
    files.write(1, 't', `export const change = [createTable('first', { id: id() })]`)
    await migrate(repo, { folder })
    await rollback(repo, { folder })
    files.write(1, 't', `export const change = [createTable('second', { id: id() })]`)
    await migrate(repo, { folder })
    assert.deepEqual(await rowsOf(repo, 'select id from second'), [])
    await assert.rejects(rowsOf(repo, 'select id from first'), { code: 'ZZZ_DB_FAILED' })
    await repo.stop()
  })

  it('refuses a file that was changed after it was applied, unless the change is accepted', async () => {
    using files = migrationFolder()
    const repo = bareRepo(await create())
    const { folder } = files
    const path = files.write(1, 't', `export const change = [createTable('t', { id: id() })]`)
    await migrate(repo, { folder })
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('\n', '\r\n'))
    await migrate(repo, { folder })
    writeFileSync(path, `${readFileSync(path, 'utf8')}// a thought\n`)
    const changed = {
      code: 'ZZZ_DB_MIGRATION_CHANGED',
      message: /_t\.ts was changed after it was applied at 2/,
    }
    await assert.rejects(migrate(repo, { folder }), changed)
    await assert.rejects(rollback(repo, { folder }), changed)
    assert.equal((await status(repo, { folder }))[0]?.state, 'changed')
    await migrate(repo, { folder, changed: 'accept' })
    assert.equal((await status(repo, { folder }))[0]?.state, 'applied')
    await repo.stop()
  })

  it('tells what is pending, missing or no migration', async () => {
    using files = migrationFolder()
    using others = migrationFolder()
    const repo = bareRepo(await create())
    const { folder } = files
    files.write(2, 't', `export const change = [createTable('t', { id: id() })]`)
    await assert.rejects(assertMigrated(repo, { folder }), {
      code: 'ZZZ_DB_MIGRATION_PENDING',
      status: 503,
      message: /20260102000000_t\.ts/,
    })
    await migrate(repo, { folder })
    await assertMigrated(repo, { folder })
    others.write(1, 'older', `export const change = []`)
    assert.deepEqual(
      (await status(repo, { folder: others.folder })).map(({ name: own, state }) => [own, state]),
      [
        ['older', 'pending'],
        ['t', 'missing'],
      ],
    )
    await assert.rejects(rollback(repo, { folder: others.folder }), {
      code: 'ZZZ_DB_MIGRATION',
      message: /is not there/,
    })
    // One that comes from another branch is applied late.
    await migrate(repo, { folder: others.folder })
    const malformed: [string, RegExp][] = [
      ['export const nothing2 = 1', /it exports nothing2/],
      ['export default []', /it exports default/],
      ['export const change = [', /_wrong\.ts cannot be read: /],
      [`export const change = [addColumn('nick', text())]`, /addColumn is no step by itself.*alterTable/],
      [
        `export const change = [alterTable('t', [createIndex('t', ['id'])])]`,
        /alterTable\('t'\): createIndex stands by itself/,
      ],
      [
        'export const change = [createTable("t", {}, { check: {} })]',
        /_wrong\.ts: createTable: there is no option "check"/,
      ],
      ['export const up = [], change = []', /either change, or up/],
      ['export const change = [], down = []', /either change, or up/],
      ['export const change = createTable("x", {})', /are lists of operations/],
      ['export const change = [], transaction = 1', /true or false/],
      [
        'export const change = [createIndex("t", ["id"], { concurrently: true })]',
        /export const transaction = false/,
      ],
      [
        'export const up = [], down = [dropIndex("t", ["id"], { concurrently: true })]',
        /export const transaction = false/,
      ],
      [
        'export const up = [alterTable("t", [changeColumn("x", { from: id(), to: text() })])]',
        /changeColumn\('x'\): the database counts/,
      ],
      [
        'export const up = [alterTable("t", [changeColumn("x", { from: integer(), to: reference("u") })])]',
        /changeColumn\('x'\): a foreign key is added/,
      ],
    ]
    for (const [i, [body, message]] of malformed.entries()) {
      using wrong = migrationFolder()
      wrong.write(i + 10, 'wrong', body)
      const code = /no option/.test(message.source) ? 'ZZZ_DB_OPTION_INVALID' : 'ZZZ_DB_MIGRATION'
      await assert.rejects(migrate(repo, { folder: wrong.folder }), { code, message })
    }
    writeFileSync(join(folder, 'create_users.ts'), '')
    await assert.rejects(migrate(repo, { folder }), {
      code: 'ZZZ_DB_MIGRATION',
      message: /create_users\.ts is no migration/,
    })
    await assert.rejects(migrate(repo, { folder: join(folder, 'nowhere') }), { code: 'ZZZ_DB_MIGRATION' })
    await assert.rejects(migrate(repo, { folder, steps: 1 } as never), { code: 'ZZZ_DB_OPTION_INVALID' })
    await assert.rejects(migrate({ name: 'x' }, { folder: others.folder }), { code: 'ZZZ_DB_OPTION_INVALID' })
    await repo.transaction(() =>
      assert.rejects(migrate(repo, { folder: others.folder }), { code: 'ZZZ_DB_MIGRATION' }),
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

  it('lets two runners of one process take turns', async () => {
    using files = migrationFolder()
    const url = await create()
    if (name === 'sqlite memory') return
    const repos = [bareRepo(url), bareRepo(url)]
    files.write(
      1,
      'slow',
      `export const change = [createTable('t', { id: id() }), run(() => new Promise((done) => setTimeout(done, 100)), nothing)]`,
    )
    files.write(2, 'next', `export const change = [createTable('u', { id: id() })]`)
    const twice = [...repos, ...repos].map((repo) => migrate(repo, { folder: files.folder }))
    const ran = (await Promise.all(twice)).flat().map((one) => one.name)
    assert.deepEqual(ran.sort(), ['next', 'slow'])
    await Promise.all(repos.map((repo) => repo.stop()))
  })

  it('lets two processes take turns, and survives one that is killed half way', {
    skip: name === 'sqlite memory',
  }, async () => {
    using files = migrationFolder()
    const url = await create()
    files.write(
      1,
      'slow',
      `export const change = [
        createTable('t', { id: id() }),
        run(async () => { process.stdout.write('inside'); await new Promise((done) => setTimeout(done, process.env.HANG ? 60_000 : 200)) }, nothing),
      ]`,
    )
    const script = `
      import { createRepo } from '@zzz/db'
      import { migrate } from '@zzz/db/migration'
      const repo = createRepo({ url: ${JSON.stringify(url)}, schemas: [], sqlite: { timeout: 50 } })
      const ran = await migrate(repo, { folder: ${JSON.stringify(files.folder)} })
      process.stdout.write('ran ' + ran.length)
      await repo.stop()`
    const start = (env: Record<string, string> = {}) => {
      const child = spawn(
        process.execPath,
        ['--conditions=@zzz/source', '--input-type=module-typescript', '-e', script],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          cwd: import.meta.dirname,
          env: { ...process.env, ...env },
        },
      )
      const inside = Promise.withResolvers<void>()
      let output = ''
      child.stdout.on('data', (chunk) => {
        output += chunk
        inside.resolve()
      })
      const ended = new Promise<string>((resolve) => child.on('close', () => resolve(output)))
      return { child, inside: inside.promise, ended }
    }
    const hanging = start({ HANG: '1' })
    await hanging.inside
    const repo = bareRepo(url)
    await assert.rejects(migrate(repo, { folder: files.folder, lockTimeout: 100 }), {
      code: 'ZZZ_DB_MIGRATION_LOCKED',
      status: 503,
    })
    hanging.child.kill('SIGKILL')
    await hanging.ended
    const outputs = await Promise.all([start().ended, start().ended])
    assert.deepEqual(outputs.sort(), ['insideran 1', 'ran 0'])
    await repo.stop()
  })
})

describePostgres('migrate', ({ create }) => {
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
