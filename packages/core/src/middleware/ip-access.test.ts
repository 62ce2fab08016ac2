import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createApp } from '../app/app.ts'
import { makeRequest } from '../http/request.suite.ts'
import { get } from '../router/route.ts'
import { type IpAccessOptions, ipAccess } from './ip-access.ts'

async function statuses(options: IpAccessOptions, ...addresses: (string | undefined)[]): Promise<number[]> {
  const app = createApp({
    environment: 'production',
    trustedProxies: ['10.0.0.1'],
    use: [ipAccess(options)],
    routes: [get('/', (ctx) => ctx.text(''))],
  })
  const list: number[] = []
  for (const address of addresses) {
    const [remoteAddress, forwarded] = address?.split(' for ') ?? []
    const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    list.push((await app.handle(makeRequest({ headers, peer: { remoteAddress } }))).statusCode)
  }
  return list
}

it('ipAccess admits those who are allowed', async () => {
  const allow = ['192.0.2.0/24', '2001:db8::/32']
  assert.deepEqual(
    await statuses({ allow }, '192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1', '192.0.3.1', '::1', undefined),
    [200, 200, 200, 403, 403, 403],
  )
  assert.deepEqual(await statuses({ allow: [] }, '192.0.2.7'), [403])
})

it('ipAccess refuses those who are denied, even where they are allowed', async () => {
  assert.deepEqual(
    await statuses({ deny: ['192.0.2.7'] }, '192.0.2.7', '192.0.2.8', undefined),
    [403, 200, 200],
  )
  const both = { allow: ['192.0.2.0/24'], deny: ['192.0.2.7'] }
  assert.deepEqual(await statuses(both, '192.0.2.7', '192.0.2.8', '::1'), [403, 200, 403])
})

it('ipAccess believes trusted proxies alone', async () => {
  const allow = ['192.0.2.0/24']
  assert.deepEqual(
    await statuses({ allow }, '10.0.0.1 for 192.0.2.7', '10.0.0.2 for 192.0.2.7', '10.0.0.1 for 6.6.6.6'),
    [200, 403, 403],
  )
})

it('ipAccess refuses options that cannot be', () => {
  for (const options of [{}, { allow: 'x' }, { allow: ['x'] }, { deny: ['10.0.0.0/40'] }, { block: [] }]) {
    assert.throws(() => ipAccess(options as IpAccessOptions), { code: 'ZZZ_OPTION_INVALID' })
  }
})
