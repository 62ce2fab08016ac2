import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { bareRepo, exec, migrationFolder, rowsOf } from '../migration/migration.suite.ts'
import { runSeeds } from './seeds.ts'

it('runSeeds runs all files in order, in one transaction', async () => {
  using files = migrationFolder()
  const repo = bareRepo('sqlite::memory:')
  await exec(repo, 'create table t (x text)')
  const { folder } = files
  const write = (name: string, body: string) =>
    writeFileSync(join(folder, name), `import { sql } from '@zzz/db'\n${body}\n`)
  write('02_b.ts', "export const seed = (repo) => repo.rawExec(sql`insert into t values ('b')`)")
  write('01_a.ts', "export const seed = (repo) => repo.rawExec(sql`insert into t values ('a')`)")
  writeFileSync(join(folder, 'notes.md'), '')
  assert.deepEqual(await runSeeds(repo, { folder }), ['01_a.ts', '02_b.ts'])
  assert.deepEqual(await rowsOf(repo, 'select x from t'), [{ x: 'a' }, { x: 'b' }])
  write('03_c.ts', 'export const seed = () => Promise.reject(new Error("no"))')
  await assert.rejects(runSeeds(repo, { folder }), /no/)
  assert.equal((await rowsOf(repo, 'select x from t')).length, 2)
  write('04_d.ts', 'export const sead = 1')
  await assert.rejects(runSeeds(repo, { folder }), { code: 'ZZZ_DB_SEED', message: /04_d\.ts has to export/ })
  await repo.stop()
})
