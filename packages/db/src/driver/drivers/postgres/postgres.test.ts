import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { it } from 'node:test'
import { administer, describePostgres, postgresUrl } from '../../../internal/databases.suite.ts'
import type { DriverStatement } from '../../driver.ts'
import { type PostgresOptions, postgresDriver } from './postgres.ts'

const statement = (text: string, more: Partial<DriverStatement> = {}): DriverStatement => ({
  text,
  name: text,
  writes: false,
  returns: true,
  wide: false,
  ...more,
})
const pid = statement('select pg_backend_pid()')
const stop = { deadline: 1000 }

describePostgres('the driver', ({ create }) => {
  const started = async (options: Partial<PostgresOptions> = {}) => {
    const driver = postgresDriver({ url: await create(), ...options })
    await driver.start()
    return driver
  }

  it('gives every value as text, and its session speaks UTC', async () => {
    const driver = await started()
    const { rows } = await driver.run(
      statement(
        `select 1::bigint, true, '2026-03-01 12:00:00+02'::timestamptz, null, 'infinity'::float8, '\\x00ff'::bytea`,
      ),
      [],
    )
    assert.deepEqual(rows, [['1', 't', '2026-03-01 10:00:00+00', null, 'Infinity', '\\x00ff']])
    await driver.stop(stop)
  })

  it('replaces a connection that the server ended, idle or in use', async () => {
    const driver = await started({ size: 1 })
    const first = (await driver.run(pid, [])).rows[0]?.[0]
    await administer(`select pg_terminate_backend(${first})`)
    const again = async () => (await driver.run(pid, [])).rows[0]?.[0]
    // The news may come a moment later than the next statement.
    const second = await again().catch(again)
    assert.notEqual(second, first)

    const connection = await driver.open('write')
    await connection.script('begin')
    const sleeping = assert.rejects(async () => connection.run(statement('select pg_sleep(60)'), []), {
      code: 'ZZZ_DB_UNAVAILABLE',
    })
    await administer(`select pg_terminate_backend(${second})`)
    await sleeping
    connection.release('unknown')
    assert.notEqual(await again(), second)
    await driver.stop(stop)
  })

  it('never gives on a connection whose end the server has announced', async () => {
    const driver = await started({ size: 1 })
    for (let i = 0; i < 5; i++) {
      await assert.rejects(
        async () => driver.run(statement('select pg_terminate_backend(pg_backend_pid())'), []),
        { code: 'ZZZ_DB_UNAVAILABLE' },
      )
      await driver.run(pid, [])
    }
    await driver.stop(stop)
  })

  it('never gives on a connection with an open transaction', async () => {
    const driver = await started({ size: 1 })
    const own = async () => (await driver.run(pid, [])).rows[0]?.[0]
    const careless = await driver.open('write')
    const { rows } = await careless.run(pid, [])
    await careless.script('begin')
    careless.release('clean')
    assert.notEqual(await own(), rows[0]?.[0])
    const before = await own()
    await driver.run(statement('begin', { returns: false }), [])
    assert.notEqual(await own(), before)
    await driver.stop(stop)
  })

  it('says who holds the connections when one waited too long', async () => {
    const driver = await started({ size: 1, timeout: 30 })
    const holder = await driver.open('write')
    await holder.run(pid, [])
    await assert.rejects(async () => driver.run(pid, []), {
      code: 'ZZZ_DB_BUSY',
      message: /select pg_backend_pid\(\)/,
    })
    holder.release('clean')
    await driver.stop(stop)
  })

  it('prepares statements by name, lets the server forget old ones, and makes a plan anew when a table changed', async () => {
    const driver = await started({ size: 1 })
    for (let i = 0; i < 1200; i++) await driver.run(statement(`select ${i}`), [])
    const { rows } = await driver.run(statement('select count(*) from pg_prepared_statements'), [])
    assert.ok(Number(rows[0]?.[0]) >= 500 && Number(rows[0]?.[0]) <= 1001, String(rows[0]))
    assert.deepEqual((await driver.run(statement('select 0'), [])).rows, [['0']])

    const run = (text: string) => driver.run(statement(text, { returns: false, name: undefined }), [])
    await run('create table t (a int)')
    await run('insert into t values (1)')
    const all = statement('select * from t')
    assert.deepEqual((await driver.run(all, [])).rows, [['1']])
    await run('alter table t add b int')
    assert.deepEqual((await driver.run(all, [])).rows, [['1', null]])
    await driver.stop(stop)
    const unprepared = await started({ size: 1, prepare: false })
    await unprepared.run(pid, [])
    const names = await unprepared.run(statement('select count(*) from pg_prepared_statements'), [])
    assert.deepEqual(names.rows, [['0']])
    await unprepared.stop(stop)
  })

  it('tells a wrong address and a wrong database at the start', async () => {
    const nowhere = postgresDriver({ url: 'postgres://127.0.0.1:1/x' })
    await assert.rejects(nowhere.start(), {
      code: 'ZZZ_DB_UNAVAILABLE',
      message: /127\.0\.0\.1:1.*ECONNREFUSED/,
    })
    const url = new URL(postgresUrl)
    url.pathname = '/zzz_no_such_database'
    const unknown = postgresDriver({ url: url.href, timeout: 60_000 })
    await assert.rejects(unknown.start(), { code: 'ZZZ_DB_UNAVAILABLE', message: /does not exist/ })
    // Waiting for it would be pointless.
    await assert.rejects(async () => unknown.run(pid, []), {
      code: 'ZZZ_DB_UNAVAILABLE',
      message: /does not exist/,
    })
    await Promise.all([nowhere.stop(stop), unknown.stop(stop)])
  })

  it('does not wait for ever for a server that says nothing', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as { port: number }
    const driver = postgresDriver({ url: `postgres://127.0.0.1:${port}/x`, connectTimeout: 50, timeout: 80 })
    await assert.rejects(driver.start(), { code: 'ZZZ_DB_UNAVAILABLE' })
    await assert.rejects(async () => driver.run(pid, []), { code: /ZZZ_DB_(?:UNAVAILABLE|BUSY)/ })
    await driver.stop(stop)
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
})
