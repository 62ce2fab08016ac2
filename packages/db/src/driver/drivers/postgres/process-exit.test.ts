import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { it } from 'node:test'
import { describePostgres } from '../../../internal/databases.suite.ts'

describePostgres('the process', ({ create }) => {
  /** What a program says that ends by itself, long before the pool would close what is idle. */
  const outputOf = async (program: string) => {
    const script = `
      import { createRepo, sql } from '@zzz/db'
      import { createSandbox } from '@zzz/db/testing'
      const repo = createRepo({ url: ${JSON.stringify(await create())}, schemas: [], postgres: { idleTimeout: 600_000 } })
      ${program}`
    const conditions = ['--conditions=@zzz/source', '--input-type=module-typescript', '-e', script]
    const { stdout, stderr, status } = spawnSync(process.execPath, conditions, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      timeout: 30_000,
    })
    assert.equal(status, 0, stderr)
    return stdout
  }

  it('ends when no connection is in use, though the repo was never stopped', async () => {
    const program = 'console.log(JSON.stringify(await repo.rawAll(sql`select 1 as one`)))'
    assert.equal(await outputOf(program), '[{"one":1}]\n')
    assert.equal(await outputOf('await repo.start(); console.log("started")'), 'started\n')
  })

  it('ends after a sandbox', async () => {
    const program = `
      const { isolate } = createSandbox(repo)
      await isolate(async () => console.log(JSON.stringify(await repo.rawAll(sql\`select 2 as two\`))))()`
    assert.equal(await outputOf(program), '[{"two":2}]\n')
  })

  it('goes on while a statement or a transaction runs, on a new connection and on one that was idle', async () => {
    const program = `
      for (const round of [1, 2]) await new Promise((resolve) => {
        repo.rawExec(sql\`select pg_sleep(0.1)\`).then(() => { console.log(round); resolve() })
      })
      void repo.transaction(async () => { await repo.rawExec(sql\`select pg_sleep(0.1)\`); console.log('in it') })`
    assert.equal(await outputOf(program), '1\n2\nin it\n')
  })
})
