import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import { blogRepo, blogSchemas, Tag } from './blog.suite.ts'
import { createRepo } from './create-repo.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-backup-'))
after(() => rmSync(folder, { recursive: true }))

describeDatabases('backup', (database) => {
  it('copies what is committed, while others write', async () => {
    const repo = await blogRepo(database)
    const path = join(folder, `${database.name}.db`)
    if (database.dialect === 'postgres') {
      await assert.rejects(repo.backup(path), { code: 'ZZZ_DB_UNSUPPORTED', message: /pg_dump/ })
      return repo.stop()
    }
    await repo.insertAll(
      Tag,
      Array.from({ length: 10_000 }, (_, i) => ({ name: `Tag ${i}` })),
    )
    const open = repo.transaction(() => repo.insertOrThrow(Tag, { name: 'late' }))
    await Promise.all([repo.backup(path), open, repo.insertOrThrow(Tag, { name: 'later' })])
    assert.equal(await repo.count(from(Tag)), 10_002)
    const copy = createRepo({ url: `sqlite:${path}`, schemas: blogSchemas })
    const copied = await copy.count(from(Tag))
    assert(copied >= 10_000 && copied <= 10_002)
    assert.deepEqual(await copy.rawOne({ sql: 'pragma integrity_check', parameters: [] }), {
      integrity_check: 'ok',
    })
    await assert.rejects(repo.backup(join(folder, 'no', 'such', 'folder.db')), { code: 'ZZZ_DB_FAILED' })
    await Promise.all([repo.stop(), copy.stop()])
  })
})
