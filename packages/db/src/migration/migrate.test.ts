import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { bareRepo, exec, migrationFolder, rowsOf } from './migration.suite.ts'
import { migrate, rollback } from './runner/migrate.ts'
import { assertMigrated, status } from './runner/status.ts'

const blog = `export const change = [
  createTable('users', { id: id(), email: text(), age: integer().default(7), ...timestamps() }, { checks: { sane_age: sql\`age >= \${0}\` } }),
  createTable('posts', { id: id(), userId: reference('users', { onDelete: 'cascade' }), title: string(20).default("it's") }),
  createIndex('users', ['email'], { unique: true, where: sql\`email <> \${"o'neill"}\` }),
]`
const insertUser = `insert into users (email, inserted_at, updated_at) values ('a', '2026-01-01 00:00:00Z', '2026-01-01 00:00:00Z')`

describeDatabases('migrate', ({ create, name }) => {
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
      ['export const change = [id().nope()]', /_wrong\.ts cannot be read: .*nope is not a function/],
      [`throw 'no error'`, /_wrong\.ts cannot be read: no error$/],
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
