import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { describeDatabases } from '../empty-databases.ts'
import { ExampleProcess, productionEnv, spawnExample } from '../example-process.ts'

const missingRedis = await withoutRedis()

/** A client that keeps its cookies. */
function visitorOf(url: () => string) {
  let cookie = ''
  return async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { ...(init.headers as Record<string, string>), ...(cookie !== '' && { cookie }) }
    const response = await fetch(url() + path, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      cookie = line.includes('Max-Age=0') ? '' : (line.split(';')[0] as string)
    }
    return response
  }
}

for (const backend of ['zzz', 'node']) {
  describe(`sessions and forms of the example on ${backend}`, () => {
    let example: ExampleProcess
    before(async () => {
      example = await ExampleProcess.start({ BACKEND: backend })
    })
    after(() => example[Symbol.asyncDispose]())

    const visitor = () => visitorOf(() => example.url)

    it('GET /session counts per browser, and POST /session/reset starts over', async () => {
      const [one, other] = [visitor(), visitor()]
      for (const visits of [1, 2, 3]) assert.deepEqual(await (await one('/session')).json(), { visits })
      assert.deepEqual(await (await other('/session')).json(), { visits: 1 })
      const reset = await one('/session/reset', { method: 'POST' })
      assert.deepEqual([reset.status, await reset.json()], [200, { visits: 0 }])
      assert.deepEqual(await (await one('/session')).json(), { visits: 1 })
      assert.deepEqual(await (await other('/session')).json(), { visits: 2 })
      const foreign = await one('/session/reset', {
        method: 'POST',
        headers: { origin: 'http://evil.example' },
      })
      assert.equal(foreign.status, 403)
      assert.deepEqual(await (await one('/session')).json(), { visits: 2 })
    })

    it('POST /form looks at an address in one go, however long', { timeout: 30_000 }, async () => {
      const ask = visitor()
      const token = /name="_csrf" value="([\w-]{43})"/.exec(await (await ask('/form')).text())?.[1] as string
      const body = new URLSearchParams({ name: 'Ada', email: `${'@'.repeat(300_000)} x`, _csrf: token })
      assert.equal((await ask('/form', { method: 'POST', body })).status, 422)
    })

    it('GET /form has fields and a token, and POST /form says thank you on the next page, once', async () => {
      const ask = visitor()
      const form = await (await ask('/form')).text()
      for (const name of ['name', 'email', '_csrf'])
        assert.match(form, new RegExp(`<input [^>]*name="${name}"`))
      const token = /name="_csrf" value="([\w-]{43})"/.exec(form)?.[1] as string
      const body = new URLSearchParams({ name: '<Ada>', email: 'ada@example.org', _csrf: token })
      const sent = await ask('/form', { method: 'POST', body })
      assert.deepEqual([sent.status, sent.headers.get('location')], [303, '/form'])
      assert.match(await (await ask('/form')).text(), /<p role="status">Thank you, &lt;Ada&gt;!<\/p>/)
      assert.doesNotMatch(await (await ask('/form')).text(), /Thank you/)
    })

    it('POST /form takes multipart forms, and what is wrong comes back', async () => {
      const ask = visitor()
      const body = new FormData()
      body.set('name', '"Ada"')
      body.set('email', 'nowhere')
      const headers = { 'sec-fetch-site': 'same-origin' }
      const response = await ask('/form', { method: 'POST', body, headers })
      assert.equal(response.status, 422)
      assert.match(await response.text(), /Please tell us your email address\..*value="&quot;Ada&quot;"/s)
    })

    it('POST /form is refused without a token, with one of another visitor, and from another site', async () => {
      const [ask, other] = [visitor(), visitor()]
      await ask('/form')
      const page = await (await other('/form')).text()
      const foreign = /name="_csrf" value="([\w-]{43})"/.exec(page)?.[1] as string
      const fields = { name: 'Ada', email: 'ada@example.org' }
      const send = async (more: Record<string, string>, headers: Record<string, string> = {}) => {
        const body = new URLSearchParams({ ...fields, ...more })
        const init = { method: 'POST', body, headers: { accept: 'application/json', ...headers } }
        const response = await ask('/form', init)
        const { code } = (await response.json()) as { code: string }
        return [response.status, code]
      }
      assert.deepEqual(await send({}), [403, 'ZZZ_CSRF_TOKEN'])
      assert.deepEqual(await send({ _csrf: foreign }), [403, 'ZZZ_CSRF_TOKEN'])
      assert.deepEqual(await send({}, { 'sec-fetch-site': 'cross-site' }), [403, 'ZZZ_CSRF_ORIGIN'])
      assert.deepEqual(await send({}, { origin: 'http://evil.example' }), [403, 'ZZZ_CSRF_ORIGIN'])
    })

    it('what programs send to /echo, /params and /upload needs no token', async () => {
      const headers = { origin: 'http://elsewhere.example', 'sec-fetch-site': 'cross-site' }
      const echoed = await fetch(`${example.url}/echo`, { method: 'POST', body: 'x', headers })
      assert.equal(echoed.status, 200)
      const body = new URLSearchParams({ name: 'Ada' })
      assert.equal((await fetch(`${example.url}/params/1`, { method: 'POST', body, headers })).status, 200)
      assert.equal((await fetch(`${example.url}/upload`, { method: 'POST', body, headers })).status, 200)
    })
  })
}

/** Visits often enough that each of two workers has its turn, each time by a connection of its own. */
async function visitOften(ask: ReturnType<typeof visitorOf>, from: number): Promise<void> {
  for (let visits = from; visits < from + 8; visits++) {
    const response = await ask('/session', { headers: { connection: 'close' } })
    assert.deepEqual(await response.json(), { visits })
  }
}

describeDatabases('sessions of the example in its database', (create) => {
  it('are shared by workers, and there after a restart', async () => {
    const env = { SESSIONS: 'database', DATABASE_URL: await create() }
    let url = ''
    const ask = visitorOf(() => url)
    for (const [WORKERS, first] of [
      ['2', 1],
      ['1', 9],
    ] as const) {
      await using example = await ExampleProcess.start({ ...env, WORKERS })
      url = example.url
      await visitOften(ask, first)
    }
  })
})

describe('sessions of the example', () => {
  it('are kept in Redis', { skip: missingRedis }, async () => {
    await using example = await ExampleProcess.start({ SESSIONS: 'redis' })
    const ask = visitorOf(() => example.url)
    await visitOften(ask, 1)
    assert.deepEqual(await (await ask('/session/reset', { method: 'POST' })).json(), { visits: 0 })
  })

  it('are kept nowhere else', async () => {
    const child = spawnExample({ PORT: '0', SESSIONS: 'files' })
    const [errors, [code]] = await Promise.all([
      text(child.stderr as NodeJS.ReadableStream),
      once(child, 'close'),
    ])
    assert.equal(code, 1)
    assert.match(errors, /SESSIONS is one of cookie, memory, database, redis, not files/)
  })
})

describe('the example in production', () => {
  const { SECRET_KEY_BASE, JWT_SECRET } = productionEnv

  it('runs with its secrets', async () => {
    await using example = await ExampleProcess.start(productionEnv)
    assert.match(example.banner, /production\)$/)
    const first = await fetch(`${example.url}/session`)
    const cookie = (first.headers.get('set-cookie') as string).split(';')[0] as string
    const second = await fetch(`${example.url}/session`, { headers: { cookie } })
    assert.deepEqual(await second.json(), { visits: 2 })
  })

  it('refuses to start without them, and says all that is missing', async () => {
    const cases: [env: Record<string, string>, missing: string[]][] = [
      [{}, ['SECRET_KEY_BASE is missing', 'JWT_SECRET is missing']],
      [{ SECRET_KEY_BASE }, ['JWT_SECRET is missing']],
      [{ JWT_SECRET, SECRET_KEY_BASE: 'short' }, ['SECRET_KEY_BASE has less than 32 bytes']],
    ]
    for (const [env, missing] of cases) {
      const secrets = { SECRET_KEY_BASE: '', JWT_SECRET: '' }
      const child = spawnExample({ PORT: '0', ZZZ_ENV: 'production', ...secrets, ...env })
      const [errors, [code]] = await Promise.all([
        text(child.stderr as NodeJS.ReadableStream),
        once(child, 'close'),
      ])
      assert.equal(code, 1)
      for (const name of ['SECRET_KEY_BASE', 'JWT_SECRET']) {
        const said = missing.find((problem) => problem.startsWith(name))
        if (said === undefined) assert.ok(!errors.includes(`${name} is missing`))
        else assert.ok(errors.includes(said), said)
      }
    }
  })
})

/** Why there is no Redis to test with, or false. */
async function withoutRedis(): Promise<string | false> {
  const { hostname, port } = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379')
  const socket = connect({ host: hostname, port: Number(port || 6379) })
  const reached = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  if (reached) return false
  const reason = `no Redis at ${hostname} (set REDIS_URL, or start redis-server)`
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(`SKIPPED: ${reason}`)
  return reason
}
