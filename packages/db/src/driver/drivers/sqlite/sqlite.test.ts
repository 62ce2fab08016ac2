import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import type { DriverStatement } from '../../driver.ts'
import { type SqliteOptions, sqliteDriver } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-sqlite-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${++files}.db`)

const statement = (text: string, more: Partial<DriverStatement> = {}): DriverStatement => ({
  text,
  name: text,
  writes: !text.startsWith('select'),
  returns: text.startsWith('select'),
  wide: false,
  ...more,
})
const create = statement('create table t (x text) strict')
const insert = statement('insert into t values (?1)')
const read = statement('select x from t order by rowid')

async function started(options: Partial<SqliteOptions> = {}) {
  const driver = sqliteDriver({ path: newFile(), ...options })
  await driver.run(create, [])
  return driver
}

const stop = { deadline: 1000 }

describe('sqlite', () => {
  it('answers synchronously once it is open and nothing is in the way', async () => {
    const driver = await started()
    assert.deepEqual(driver.run(insert, ['a']), { rows: [], changes: 1, columns: [] })
    assert.deepEqual(driver.run(read, []), { rows: [['a']], changes: 0, columns: [] })
    await driver.stop(stop)
  })

  it('opens with a write-ahead log, foreign keys, and without a wait that holds up everything', async () => {
    const driver = await started()
    const pragma = async (name: string) => {
      const { rows } = await driver.run(statement(`select * from pragma_${name}`, { writes: true }), [])
      return rows[0]?.[0]
    }
    assert.deepEqual(
      [
        await pragma('journal_mode'),
        await pragma('foreign_keys'),
        await pragma('busy_timeout'),
        await pragma('synchronous'),
      ],
      ['wal', 1, 0, 1],
    )
    await driver.stop(stop)
  })

  it('stores bytes as the first parameter, which node:sqlite could take for names', async () => {
    const driver = sqliteDriver({ path: ':memory:' })
    await driver.run(statement('create table t (x blob) strict'), [])
    await driver.run(insert, [new Uint8Array([1, 2])])
    assert.deepEqual((await driver.run(read, [])).rows, [[new Uint8Array([1, 2])]])
    await driver.stop(stop)
  })

  it('lets writers in one after the other, in the order in which they came', async () => {
    const driver = await started()
    const first = await driver.open('write')
    await first.script('begin immediate')
    const order: string[] = []
    const others = ['a', 'b'].map(async (name) => {
      await driver.run(insert, [name])
      order.push(name)
    })
    const third = driver.open('write')
    // Readers go on beside it and see nothing of it.
    await first.run(insert, ['0'])
    assert.deepEqual((await driver.run(read, [])).rows, [])
    await first.script('commit')
    first.release('clean')
    const connection = await third
    await Promise.all(others)
    assert.deepEqual(order, ['a', 'b'])
    connection.release('clean')
    assert.deepEqual((await driver.run(read, [])).rows, [['0'], ['a'], ['b']])
    await driver.stop(stop)
  })

  it('refuses who waits too long to write, or is one too many', async () => {
    const driver = await started({ timeout: 20, queue: 1 })
    const holder = await driver.open('write')
    const late = assert.rejects(async () => driver.run(insert, ['late']), {
      code: 'ZZZ_DB_BUSY',
      status: 503,
    })
    await assert.rejects(async () => driver.run(insert, ['full']), { code: 'ZZZ_DB_QUEUE_FULL', status: 503 })
    await late
    holder.release('clean')
    await driver.run(insert, ['after'])
    assert.deepEqual((await driver.run(read, [])).rows, [['after']])
    await driver.stop(stop)
  })

  it('rolls back what a user left open', async () => {
    const driver = await started()
    const careless = await driver.open('write')
    await careless.script('begin immediate')
    await careless.run(insert, ['lost'])
    careless.release('clean')
    assert.deepEqual((await driver.run(read, [])).rows, [])
    await driver.stop(stop)
  })

  it('waits for another process that writes without holding up the event loop', async () => {
    const path = newFile()
    const driver = await started({ path })
    const other = new DatabaseSync(path)
    other.exec("begin immediate; insert into t values ('other')")
    const write = driver.run(insert, ['mine'])
    assert.ok(write instanceof Promise)
    let turns = 0
    for (; turns < 50; turns++) await new Promise(setImmediate)
    other.exec('commit')
    await write
    assert.deepEqual((await driver.run(read, [])).rows, [['other'], ['mine']])
    other.exec('begin immediate')
    const impatient = sqliteDriver({ path, timeout: 30 })
    await impatient.start()
    await assert.rejects(async () => impatient.run(insert, ['x']), {
      code: 'ZZZ_DB_BUSY',
      message: /another process/,
    })
    other.close()
    await Promise.all([driver.stop(stop), impatient.stop(stop)])
  })

  it('keeps what was acknowledged when the process is killed, and nothing half done', async () => {
    const path = newFile()
    const setup = await started({ path })
    await setup.stop(stop)
    const script = `
      import { sqliteDriver } from ${JSON.stringify(join(import.meta.dirname, 'sqlite.ts'))}
      const driver = sqliteDriver({ path: ${JSON.stringify(path)} })
      const insert = { text: 'insert into t values (?1)', name: 'i', writes: true, returns: false, wide: false }
      for (let i = 0; ; i++) {
        const connection = await driver.open('write')
        await connection.script('begin immediate')
        await connection.run(insert, [String(i)])
        await connection.run(insert, [String(i)])
        await connection.script('commit')
        connection.release('clean')
        process.stdout.write(i + '\\n')
        await new Promise(setImmediate)
      }
    `
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    for await (const chunk of child.stdout) {
      output += chunk
      if (output.split('\n').length > 50 && !child.killed) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const acknowledged = output.slice(0, output.lastIndexOf('\n')).split('\n')
    const driver = sqliteDriver({ path })
    const { rows } = await driver.run(read, [])
    const kept = rows.map(([x]) => x)
    for (const one of acknowledged)
      assert.equal(kept.filter((x) => x === one).length, 2, `transaction ${one}`)
    assert.equal(kept.length % 2, 0)
    await driver.stop(stop)
  })

  it('lets several read transactions run at once, and the next one wait', async () => {
    const driver = await started({ readers: 2, timeout: 20 })
    await driver.run(insert, ['a'])
    const [one, two] = [await driver.open('read'), await driver.open('read')]
    await one.script('begin')
    assert.deepEqual((await one.run(read, [])).rows, [['a']])
    await driver.run(insert, ['b'])
    // A snapshot: what was written meanwhile is not in it.
    assert.deepEqual((await one.run(read, [])).rows, [['a']])
    await assert.rejects(async () => driver.open('read'), { code: 'ZZZ_DB_BUSY' })
    await assert.rejects(async () => two.run(insert, ['c']), { code: 'ZZZ_DB_FAILED', message: /readonly/ })
    one.release('clean')
    two.release('clean')
    const again = await driver.open('read')
    assert.deepEqual((await again.run(read, [])).rows, [['a'], ['b']])
    again.release('clean')
    await driver.stop(stop)
  })

  it('says where it cannot open a file', async () => {
    const driver = sqliteDriver({ path: join(folder, 'no/such/folder.db') })
    await assert.rejects(driver.start(), { code: 'ZZZ_DB_UNAVAILABLE', message: /no\/such\/folder\.db/ })
    await driver.stop(stop)
  })
  it('gives the place of a connection that cannot be opened to the next one', async () => {
    const path = newFile()
    const driver = await started({ path, readers: 1, timeout: 20 })
    renameSync(path, `${path}.away`)
    await assert.rejects(async () => driver.open('read'), { code: 'ZZZ_DB_UNAVAILABLE' })
    renameSync(`${path}.away`, path)
    const connection = await driver.open('read')
    connection.release('clean')
    await driver.stop(stop)
  })
})
