import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { createApp } from '../../app/app.ts'
import { manualClock } from '../../clock.suite.ts'
import { ZzzError } from '../../errors.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import type { BucketStore } from './bucket-store.ts'
import { memoryBuckets } from './memory-buckets.ts'
import { type RateLimitOptions, rateLimit } from './rate-limit.ts'

let stores = 0

function setUp(options: Partial<RateLimitOptions> = {}, trustedProxies: string[] = []) {
  const clock = manualClock(1_800_000_000_000)
  const store = memoryBuckets({ clock, name: `rate-limit.test ${++stores}` })
  const limit = rateLimit({ limit: 2, window: 60_000, name: 'two', store, ...options })
  const app = createApp({
    environment: 'production',
    trustedProxies,
    use: [limit],
    routes: [get('/', (ctx) => ctx.text('in'))],
  })
  return {
    clock,
    ask: async (remoteAddress: string, headers: Record<string, string> = {}, target = '/') => {
      const reply = await app.handle(makeRequest({ target, headers, peer: { remoteAddress } }))
      const said = ['retry-after', 'ratelimit-policy', 'ratelimit'].map((name) => reply.headers.get(name))
      return { status: reply.statusCode, said, reply }
    },
  }
}

describe('rateLimit', () => {
  it('answers 429 when the tokens are used, and says when to come back', async () => {
    const { ask, clock } = setUp()
    const policy = '"two";q=2;w=60'
    assert.deepEqual((await ask('192.0.2.1')).said, [undefined, policy, '"two";r=1;t=30'])
    assert.deepEqual((await ask('192.0.2.1')).said, [undefined, policy, '"two";r=0;t=60'])
    clock.advance(500)
    const { status, said, reply } = await ask('192.0.2.1')
    assert.deepEqual([status, said], [429, ['30', policy, '"two";r=0;t=60']])
    assert.equal((reply.error as ZzzError).code, 'ZZZ_RATE_LIMITED')
    assert.equal(reply.body, '429 Too Many Requests\nToo many requests; try again in 30 s\n')
    clock.advance(29_500)
    assert.equal((await ask('192.0.2.1')).status, 200)
    assert.equal((await ask('192.0.2.1')).status, 429)
  })

  it('counts by address, of IPv6 by network, and behind a proxy by what it says', async () => {
    const { ask } = setUp({ limit: 1 }, ['10.0.0.1'])
    const statuses = async (...requests: Parameters<typeof ask>[]) => {
      const list: number[] = []
      for (const request of requests) list.push((await ask(...request)).status)
      return list
    }
    assert.deepEqual(await statuses(['192.0.2.1'], ['::ffff:192.0.2.1'], ['192.0.2.2']), [200, 429, 200])
    assert.deepEqual(await statuses(['2001:db8::1'], ['2001:db8::2'], ['2001:db8:0:1::1']), [200, 429, 200])
    const through = (address: string) => ['10.0.0.1', { 'x-forwarded-for': address }] as [string, object]
    assert.deepEqual(
      await statuses(through('9.9.9.9') as never, through('9.9.9.9') as never, through('8.8.8.8') as never),
      [200, 429, 200],
    )
    // A client that is no trusted proxy cannot be somebody else.
    assert.deepEqual(
      await statuses(['192.0.2.9'], ['192.0.2.9', { 'x-forwarded-for': '7.7.7.7' }]),
      [200, 429],
    )
  })

  it('counts by a key, and by address where there is none', async () => {
    const { ask } = setUp({ limit: 1, by: async (ctx) => ctx.header('x-key') })
    assert.equal((await ask('192.0.2.1', { 'x-key': 'a' })).status, 200)
    assert.equal((await ask('192.0.2.2', { 'x-key': 'a' })).status, 429)
    assert.equal((await ask('192.0.2.1', { 'x-key': 'b' })).status, 200)
    for (const headers of [{}, { 'x-key': '' }]) await ask('192.0.2.1', headers as never)
    assert.equal((await ask('192.0.2.1')).status, 429)
    // A key is not mistaken for an address.
    assert.equal((await ask('192.0.2.3', { 'x-key': '192.0.2.1' })).status, 200)
  })

  it('takes what a request costs, and leaves out what is skipped', async () => {
    const { ask } = setUp({
      limit: 10,
      cost: (ctx) => Number(ctx.query.get('cost') ?? 1),
      skip: (ctx) => ctx.query.has('free'),
    })
    assert.match((await ask('a', {}, '/?cost=7')).said[2] as string, /r=3;/)
    assert.deepEqual((await ask('a', {}, '/?free')).said, [undefined, undefined, undefined])
    assert.equal((await ask('a', {}, '/?cost=4')).status, 429)
    assert.equal((await ask('a', {}, '/?cost=0')).status, 200)
    assert.equal((await ask('b', {}, '/?cost=1000')).status, 200)
    for (const cost of ['-1', 'x', '0.5']) {
      assert.equal((await ask('c', {}, `/?cost=${cost}`)).status, 500)
    }
  })

  it('counts failures alone where it is told to, many at once too', async () => {
    const store = memoryBuckets({ name: `rate-limit.test ${++stores}`, clock: manualClock() })
    const attempts: ((status: number) => void)[] = []
    const app = createApp({
      environment: 'production',
      use: [rateLimit({ limit: 2, window: 60_000, name: 'two', store, count: 'failures' })],
      routes: [
        get('/:status', (ctx) => ctx.text('', Number(ctx.params.status))),
        get('/later', async (ctx) => ctx.text('', await new Promise<number>((end) => attempts.push(end)))),
      ],
    })
    const ask = async (target: string) => {
      const { statusCode, headers } = await app.handle(makeRequest({ target }))
      return [statusCode, headers.get('ratelimit')]
    }
    for (const status of ['200', '302', '399', '200']) {
      assert.deepEqual(await ask(`/${status}`), [Number(status), '"two";r=2;t=0'])
    }
    assert.deepEqual(await ask('/422'), [422, '"two";r=1;t=30'])
    const pending = ask('/later')
    while (attempts.length === 0) await new Promise(setImmediate)
    assert.equal((await ask('/200'))[0], 429)
    attempts[0]?.(200)
    assert.deepEqual(await pending, [200, '"two";r=1;t=30'])
    assert.deepEqual(await ask('/500'), [500, '"two";r=0;t=60'])
    assert.equal((await ask('/200'))[0], 429)
  })

  it('lets a request that has succeeded be, when the store cannot take its tokens back', async () => {
    const warned = once(process, 'warning')
    const taken = { allowed: true, remaining: 1, retryAfter: 0, fullAfter: 1000 }
    const store: BucketStore = {
      take: async (_key, _bucket, cost) => {
        if (cost < 0) throw new Error('no Redis')
        return taken
      },
    }
    const { status, said } = await setUp({ store, count: 'failures', whenStoreFails: 'refuse' }).ask('a')
    assert.deepEqual([status, said[2]], [200, '"two";r=1;t=1'])
    assert.match(String(await warned), /rateLimit "two" could not give tokens back: no Redis/)
  })

  it('says nothing where headers are not wanted, but Retry-After', async () => {
    const { ask } = setUp({ limit: 1, headers: false })
    assert.deepEqual((await ask('a')).said, [undefined, undefined, undefined])
    assert.deepEqual((await ask('a')).said, ['60', undefined, undefined])
  })

  it('stands beside another limit, each with its own line', async () => {
    const app = createApp({
      use: [
        rateLimit({ limit: 5, window: 1000, name: 'burst' }),
        rateLimit({ limit: 100, window: 60_000, name: 'steady' }),
      ],
      routes: [get('/', (ctx) => ctx.text('in'))],
    })
    const { headers } = await app.fetch('/')
    assert.equal(headers.get('ratelimit-policy'), '"steady";q=100;w=60, "burst";q=5;w=1')
    assert.match(headers.get('ratelimit') as string, /^"steady";r=99;t=\d, "burst";r=4;t=1$/)
  })

  it('has buckets of its own unless told', async () => {
    const app = createApp({
      environment: 'production',
      routes: ['/a', '/b'].map((path) =>
        get(path, { use: [rateLimit({ limit: 1, window: 60_000 })] }, (ctx) => ctx.text('')),
      ),
    })
    assert.deepEqual(
      [(await app.fetch('/a')).status, (await app.fetch('/b')).status, (await app.fetch('/a')).status],
      [200, 200, 429],
    )
  })

  it('lets requests pass when the store fails, which is said once; or refuses them', async () => {
    let broken = true
    const store: BucketStore = {
      take: async () => {
        if (broken) throw new ZzzError('ZZZ_REDIS_UNAVAILABLE', 'no Redis')
        return { allowed: true, remaining: 1, retryAfter: 0, fullAfter: 0 }
      },
    }
    const warnings: Error[] = []
    const hear = (warning: Error) => void warnings.push(warning)
    process.on('warning', hear)
    const { ask } = setUp({ store })
    const settle = () => new Promise((resolve) => setImmediate(resolve))
    for (let i = 0; i < 3; i++) assert.equal((await ask('a')).status, 200)
    broken = false
    assert.equal((await ask('a')).status, 200)
    broken = true
    assert.equal((await ask('a')).status, 200)
    await settle()
    process.off('warning', hear)
    assert.deepEqual(
      warnings.map(({ message }) => message),
      new Array(2).fill('rateLimit "two" lets all requests pass, as its store does not answer: no Redis'),
    )
    assert.equal((await setUp({ store, whenStoreFails: 'refuse' }).ask('a')).status, 503)
  })

  it('refuses options that cannot be', () => {
    const store = memoryBuckets({ name: 'unused' })
    for (const options of [
      {},
      { limit: 5 },
      { limit: 0, window: 1 },
      { limit: 1.5, window: 1 },
      { limit: 1, window: 0 },
      { limit: 1, window: 1, store },
      { limit: 1, window: 1, name: 'a"b' },
      { limit: 1, window: 1, cost: -1 },
      { limit: 1, window: 1, whenStoreFails: 'open' },
      { limit: 1, window: 1, count: 'errors' },
      { limit: 2 ** 40, window: 2 ** 40 },
      { max: 1 },
    ]) {
      assert.throws(() => rateLimit(options as RateLimitOptions), { code: 'ZZZ_OPTION_INVALID' })
    }
  })
})
