import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { it, type TestContext } from 'node:test'
import { administer, describeDatabases } from '../../internal/databases.suite.ts'
import { bareRepo, exec, migrationFolder, rowsOf } from '../migration.suite.ts'
import { migrate } from './migrate.ts'
import { status } from './status.ts'
import { dumpStructure, loadStructure } from './structure.ts'

const hasDump = spawnSync('pg_dump', ['--version']).status === 0
if (!hasDump && process.env.CI === 'true') throw new Error('pg_dump is missing')

describeDatabases('structure', ({ dialect, create }) => {
  /** Another empty database. */
  async function another(context: TestContext, url: string): Promise<string> {
    if (dialect === 'sqlite') return create()
    const name = `zzz_structure_${randomBytes(6).toString('hex')}`
    await administer(`create database ${name}`)
    context.after(() => administer(`drop database ${name} with (force)`))
    const other = new URL(url)
    other.pathname = `/${name}`
    return other.href
  }

  it('is dumped and loaded into another database, which goes on from there', {
    skip: dialect === 'postgres' && !hasDump ? 'SKIPPED: pg_dump is missing' : false,
  }, async (context) => {
    using files = migrationFolder()
    const url = await create()
    const repo = bareRepo(url)
    files.write(
      1,
      'create_users',
      `export const change = [
          createTable('users', { id: id(), email: text().default("a';b") }, { checks: { c: sql\`email <> \${'x'}\` } }),
          createTable('posts', { id: id(), userId: reference('users') }),
          createIndex('users', ['email'], { unique: true }),
          execute(sql\`create view emails as select email from users\`, sql\`drop view emails\`),
        ]`,
    )
    if (dialect === 'sqlite') {
      files.write(
        2,
        'more',
        `export const up = [
            execute(sql\`create virtual table notes using fts5(body)\`),
            execute(sql\`create trigger t after insert on users begin insert into notes values (new.email); end\`),
          ]`,
      )
    }
    await migrate(repo, { folder: files.folder })
    const structure = await dumpStructure(repo)
    assert.doesNotMatch(structure, /^\\/m)
    await assert.rejects(loadStructure(repo, structure), {
      code: 'ZZZ_DB_STRUCTURE',
      message: /is not empty/,
    })

    const copy = bareRepo(await another(context, url))
    await loadStructure(copy, structure)
    assert.ok((await status(copy, { folder: files.folder })).every(({ state }) => state === 'applied'))
    assert.deepEqual(await migrate(copy, { folder: files.folder }), [])
    await exec(copy, 'insert into users default values')
    assert.deepEqual(await rowsOf(copy, 'select email from emails'), [{ email: "a';b" }])
    await assert.rejects(exec(copy, 'insert into posts (user_id) values (9)'), { code: 'ZZZ_DB_CONSTRAINT' })
    assert.equal(await dumpStructure(copy), structure)
    await Promise.all([repo.stop(), copy.stop()])
  })

  it('is loaded as a whole or not at all', async (context) => {
    const url = await create()
    const repo = bareRepo((await another(context, url)).replace(/\?.*/, ''))
    await assert.rejects(loadStructure(repo, 'create table a (x int); create tabel b (x int);'), {
      code: 'ZZZ_DB_FAILED',
    })
    await loadStructure(repo, 'create table a (x int)')
    await repo.stop()
  })
})
