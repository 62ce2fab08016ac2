import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { it } from 'node:test'
import { bareRepo, migrationFolder, rowsOf } from '../migration.suite.ts'
import { generateMigration } from './generate.ts'
import { migrate } from './migrate.ts'

it('generateMigration writes a migration that runs, later than those that are there', async () => {
  using files = migrationFolder()
  const folder = join(files.folder, 'new')
  const at = new Date('2026-11-24T06:30:59.900Z')
  const first = await generateMigration({ folder, name: 'CreateUsers', at })
  const second = await generateMigration({ folder, name: 'add age to users', at })
  assert.deepEqual(
    [first, second].map((path) => basename(path)),
    ['20261124063059_create_users.ts', '20261124063100_add_age_to_users.ts'],
  )
  assert.match(readFileSync(second, 'utf8'), /alterTable\('', \[\]\)/)
  const repo = bareRepo('sqlite::memory:')
  await migrate(repo, { folder, to: '20261124063059' })
  assert.deepEqual(await rowsOf(repo, 'select id, inserted_at, updated_at from users'), [])
  for (const name of ['../x', '', 'é', '1st', 'a.b']) {
    await assert.rejects(generateMigration({ folder, name }), { code: 'ZZZ_DB_OPTION_INVALID' })
  }
  assert.equal(readdirSync(folder).length, 2)
  await repo.stop()
})
