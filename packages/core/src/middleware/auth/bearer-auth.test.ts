import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import { assign } from '../../context/assign.ts'
import { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import { safeEqual } from '../../secrets/safe-equal.ts'
import { type BearerAuthOptions, bearerAuth } from './bearer-auth.ts'

const user = assign<{ name: string }>('user')
const users: Record<string, { name: string }> = { 'ada-token': { name: 'Ada' } }

function appWith(options: Partial<BearerAuthOptions<{ name: string }>> = {}) {
  const verify = (token: string) => (Object.hasOwn(users, token) ? users[token] : undefined)
  return createApp({
    environment: 'production',
    use: [bearerAuth({ verify, as: user, ...options })],
    routes: [get('/', (ctx) => ctx.text(ctx.find(user)?.name ?? 'nobody'))],
  })
}

async function ask(app: ReturnType<typeof appWith>, ...authorization: string[]) {
  const reply = await app.handle(
    makeRequest({ headers: authorization.flatMap((value) => ['authorization', value]) }),
  )
  const { code } = (reply.error ?? {}) as { code?: string }
  return [reply.statusCode, reply.headers.get('www-authenticate'), code ?? reply.body]
}

const missing = [401, 'Bearer', 'ZZZ_UNAUTHENTICATED']
const invalid = [
  401,
  'Bearer error="invalid_token", error_description="The token is not valid"',
  'ZZZ_UNAUTHENTICATED',
]

describe('bearerAuth', () => {
  it('admits the token that verify knows, and keeps the principal', async () => {
    for (const header of ['Bearer ada-token', 'bearer ada-token', 'BEARER   ada-token']) {
      assert.deepEqual(await ask(appWith(), header), [200, undefined, 'Ada'], header)
    }
    const later = appWith({ verify: async (token) => users[token] })
    assert.deepEqual(await ask(later, 'Bearer ada-token'), [200, undefined, 'Ada'])
  })

  it('asks for a token without an error code when there is none, or another scheme', async () => {
    for (const header of [[], [''], ['Basic YTpi'], ['BearerX ada-token'], ['Token ada-token']]) {
      assert.deepEqual(await ask(appWith(), ...header), missing)
    }
    assert.deepEqual(await ask(appWith({ realm: 'the "api"' })), [
      401,
      'Bearer realm="the \\"api\\""',
      'ZZZ_UNAUTHENTICATED',
    ])
  })

  it('refuses whatever verify answers falsely, now, later, and in any thenable', async () => {
    const thenable = (value: unknown) =>
      Object.defineProperty({}, 'then', {
        value: (done: (value: unknown) => void) => done(value),
      })
    for (const verdict of [undefined, null, false, '', 0]) {
      for (const answer of [verdict, Promise.resolve(verdict), thenable(verdict)]) {
        const app = appWith({ verify: () => answer as undefined })
        assert.deepEqual(await ask(app, 'Bearer x'), invalid, String(verdict))
      }
    }
  })

  it('refuses headers that cannot be read, and two of them, with 400', async () => {
    const broken = (why: string) => [
      400,
      `Bearer realm="api", error="invalid_request", error_description="${why}"`,
      'ZZZ_CREDENTIALS_MALFORMED',
    ]
    const app = appWith({ realm: 'api' })
    for (const header of [
      'Bearer',
      'Bearer ',
      'Bearer a b',
      'Bearer a,b',
      'Bearer "a"',
      'Bearer \u00e4',
      'Bearer =',
    ]) {
      assert.deepEqual(
        await ask(app, header),
        broken('The Authorization header has no valid credentials'),
        header,
      )
    }
    for (const pair of [
      ['Bearer ada-token', 'Bearer ada-token'],
      ['Bearer ada-token', 'Basic YTpi'],
    ]) {
      assert.deepEqual(await ask(app, ...pair), broken('There are two Authorization headers'))
    }
  })

  it('lets requests without a token pass where it is optional, and no wrong ones', async () => {
    const app = appWith({ optional: true })
    assert.deepEqual(await ask(app), [200, undefined, 'nobody'])
    assert.deepEqual(await ask(app, 'Bearer ada-token'), [200, undefined, 'Ada'])
    assert.deepEqual(await ask(app, 'Bearer wrong'), invalid)
    assert.equal((await ask(app, 'Bearer'))[0], 400)
  })

  it('leaves errors of verify what they are', async () => {
    const app = appWith({
      verify: () => {
        throw new Error('database')
      },
    })
    assert.equal((await ask(app, 'Bearer x'))[0], 500)
  })

  it('is synchronous where verify is', () => {
    const app = appWith({ verify: (token) => safeEqual(token, 'secret') && { name: 'deploy' } })
    for (const authorization of ['Bearer secret', 'Bearer wrong']) {
      assert.ok(app.handle(makeRequest({ headers: { authorization } })) instanceof Reply)
    }
  })

  it('refuses options that cannot be', () => {
    for (const options of [{}, { verify: 'x' }, { realm: 'a\nb' }, { as: 'user' }, { secret: 'x' }]) {
      const given = { verify: () => undefined, ...options } as unknown as BearerAuthOptions<unknown>
      const whole = Object.keys(options).length === 0 ? ({} as BearerAuthOptions<unknown>) : given
      assert.throws(() => bearerAuth(whole), { code: 'ZZZ_OPTION_INVALID' })
    }
  })
})
