import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import { assign } from '../../context/assign.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import { type BasicAuthOptions, basicAuth } from './basic-auth.ts'
import { staticCredentials } from './static-credentials.ts'

const user = assign<string>('user')
const verify = staticCredentials({ demo: 'demo', Grüße: 'a:b:', constructor: 'x' })

function appWith(options: Partial<BasicAuthOptions<string>> = {}) {
  return createApp({
    environment: 'production',
    use: [basicAuth({ verify, as: user, ...options })],
    routes: [get('/', (ctx) => ctx.text(ctx.find(user) ?? 'nobody'))],
  })
}

async function ask(app: ReturnType<typeof appWith>, ...authorization: string[]) {
  const reply = await app.handle(
    makeRequest({ headers: authorization.flatMap((value) => ['authorization', value]) }),
  )
  const { code } = (reply.error ?? {}) as { code?: string }
  return [reply.statusCode, reply.headers.get('www-authenticate'), code ?? reply.body]
}

const encode = (text: string, encoding: BufferEncoding = 'utf8') =>
  `Basic ${Buffer.from(text, encoding).toString('base64')}`
const asked = 'Basic realm="Restricted", charset="UTF-8"'

describe('basicAuth', () => {
  it('admits users with their passwords, in UTF-8, colons in passwords included', async () => {
    assert.deepEqual(await ask(appWith(), encode('demo:demo')), [200, undefined, 'demo'])
    assert.deepEqual(await ask(appWith(), encode('demo:demo').replace('Basic', 'bAsIc')), [
      200,
      undefined,
      'demo',
    ])
    assert.deepEqual(await ask(appWith(), encode('Grüße:a:b:')), [200, undefined, 'Grüße'])
    assert.deepEqual(await ask(appWith(), encode('Gru\u0308ße:a:b:')), [200, undefined, 'Grüße'])
    assert.deepEqual(await ask(appWith(), encode('constructor:x')), [200, undefined, 'constructor'])
  })

  it('asks, and refuses the wrong', async () => {
    assert.deepEqual(await ask(appWith()), [401, asked, 'ZZZ_UNAUTHENTICATED'])
    assert.deepEqual(await ask(appWith({ realm: 'Staff' })), [
      401,
      'Basic realm="Staff", charset="UTF-8"',
      'ZZZ_UNAUTHENTICATED',
    ])
    for (const pair of [
      'demo:',
      ':',
      ':demo',
      'demo:Demo',
      'demo:demo ',
      'demo:demo:',
      'Demo:demo',
      'Grüße:a',
      '__proto__:x',
      'toString:x',
    ]) {
      assert.deepEqual(await ask(appWith(), encode(pair)), [401, asked, 'ZZZ_UNAUTHENTICATED'], pair)
    }
    assert.deepEqual(await ask(appWith(), 'Bearer abc'), [401, asked, 'ZZZ_UNAUTHENTICATED'])
  })

  it('asks again for what cannot be read', async () => {
    for (const header of [
      'Basic',
      'Basic demo:demo',
      encode('no colon'),
      encode('demo:de\nmo'),
      encode('de\0mo:demo'),
      encode('Grüße:a:b:', 'latin1'),
      `${encode('demo:demo')} x`,
    ]) {
      assert.deepEqual(await ask(appWith(), header), [401, asked, 'ZZZ_UNAUTHENTICATED'], header)
    }
    assert.equal((await ask(appWith(), encode('demo:demo'), encode('demo:demo')))[0], 401)
  })

  it('hands user and password over as they came', async () => {
    const seen: string[][] = []
    const app = appWith({
      verify: async (name, password) => {
        seen.push([name, password])
        return name
      },
    })
    assert.deepEqual(await ask(app, encode('\ufeffa\u0308:\u{1f511}:')), [200, undefined, '\ufeffa\u0308'])
    assert.deepEqual(seen, [['\ufeffa\u0308', '\u{1f511}:']])
  })

  it('may be optional', async () => {
    assert.deepEqual(await ask(appWith({ optional: true })), [200, undefined, 'nobody'])
    assert.equal((await ask(appWith({ optional: true }), encode('demo:x')))[0], 401)
    assert.equal((await ask(appWith({ optional: true }), 'Basic'))[0], 401)
  })
})

it('staticCredentials refuses what nobody could use, or anybody', () => {
  for (const users of [{}, { '': 'x' }, { 'a:b': 'x' }, { a: '' }, { a: undefined as unknown as string }]) {
    assert.throws(() => staticCredentials(users), { code: 'ZZZ_OPTION_INVALID' })
  }
})
