import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, it } from 'node:test'
import { buildExample } from '../built-example.ts'
import { describeDatabases } from '../empty-databases.ts'
import { ExampleProcess, productionEnv, spawnExample } from '../example-process.ts'

/** What the example does with its database beyond answering: starting, sharing, keeping. */

const folder = mkdtempSync(join(tmpdir(), 'zzz-example-'))
after(() => rmSync(folder, { recursive: true }))

const json = { 'content-type': 'application/json' }
const post = (url: string, email: string) => {
  const body = JSON.stringify({ name: 'Ada', email })
  return fetch(`${url}/api/users`, { method: 'POST', headers: { ...json, connection: 'close' }, body })
}
const total = async (url: string) =>
  ((await (await fetch(`${url}/api/users`)).json()) as { total: number }).total
const addTodo = (url: string, text: string) =>
  fetch(`${url}/todos`, { method: 'POST', headers: { origin: url }, body: new URLSearchParams({ text }) })

describeDatabases('the database of the example', (create) => {
  it('is shared by workers, and by two that are started at once', async () => {
    const DATABASE_URL = await create()
    const start = (env: object) => ExampleProcess.start({ DATABASE_URL, ...env })
    const [first, second] = await Promise.all([start({ WORKERS: '2' }), start({ BACKEND: 'node' })])
    await using _ = first
    await using __ = second
    const emails = Array.from({ length: 20 }, (_, i) => `ada${i}@example.org`)
    const replies = await Promise.all(
      [first, second].flatMap(({ url }) => emails.map((email) => post(url, email))),
    )
    const made = replies.filter(({ status }) => status === 201)
    const taken = replies.filter(({ status }) => status === 422)
    assert.deepEqual([made.length, taken.length], [20, 20])
    assert.deepEqual([await total(first.url), await total(second.url)], [20, 20])
  })

  it('keeps todos and users when the example ends, however it ends', async () => {
    const DATABASE_URL = await create()
    for (const [i, signal] of (['SIGKILL', 'SIGTERM'] as const).entries()) {
      await using example = await ExampleProcess.start({ DATABASE_URL })
      assert.match(
        await (await addTodo(example.url, `Todo ${i}`)).text(),
        new RegExp(`<span>Todo ${i}</span>`),
      )
      assert.equal((await post(example.url, `ada${i}@example.org`)).status, 201)
      const { code } = await example.end(signal)
      assert.equal(code, signal === 'SIGTERM' ? 0 : null)
    }
    await using example = await ExampleProcess.start({ DATABASE_URL })
    assert.equal(await total(example.url), 2)
    const page = await (await fetch(`${example.url}/todos`)).text()
    assert.match(page, /<span id="todos-left">2<\/span>.*<span>Todo 0<\/span>.*<span>Todo 1<\/span>/s)
  })

  it('has to be migrated before production, unless MIGRATE=1 says so', async () => {
    const env = { ...productionEnv, DATABASE_URL: await create() }
    const child = spawnExample({ PORT: '0', ...env })
    const [errors, [code]] = await Promise.all([
      text(child.stderr as NodeJS.ReadableStream),
      once(child, 'close'),
    ])
    assert.equal(code, 1)
    assert.match(errors, /Migrations are pending: \d+_create_todos\.ts, \d+_create_users\.ts/)
    await (await ExampleProcess.start({ ...env, MIGRATE: '1' })).end('SIGTERM')
    await using example = await ExampleProcess.start(env)
    assert.equal(await total(example.url), 0)
  })
})

it('the example that was built finds its migrations', async () => {
  const built = await buildExample()
  try {
    const DATABASE_URL = `sqlite:${join(folder, 'built.db')}`
    await using example = await ExampleProcess.start({ DATABASE_URL, MIGRATE: '1', WORKERS: '2' }, built.main)
    assert.equal((await post(example.url, 'ada@example.org')).status, 201)
    assert.equal(await total(example.url), 1)
  } finally {
    built.remove()
  }
})

it('the example says which database it cannot use', async () => {
  for (const [url, message] of [
    ['mysql://localhost/app', /cannot read a URL that begins with "mysql:"/],
    [
      `sqlite:${join(folder, 'missing/app.db')}`,
      /Service repo did not start: Cannot open the SQLite database/,
    ],
    ['postgres://127.0.0.1:1/app', /Service repo did not start/],
  ] as const) {
    const child = spawnExample({ PORT: '0', DATABASE_URL: url })
    const [errors, [code]] = await Promise.all([
      text(child.stderr as NodeJS.ReadableStream),
      once(child, 'close'),
    ])
    assert.equal(code, 1)
    assert.match(errors, message)
  }
})
