import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createApp } from '../app/app.ts'
import type { Context } from '../context/context.ts'
import type { Reply } from '../http/reply.ts'
import { get } from '../router/route.ts'
import { type CacheControlOptions, cacheControl } from './cache-control.ts'

async function header(
  options: CacheControlOptions,
  handler: (ctx: Context) => Reply,
): Promise<string | null> {
  const app = createApp({ environment: 'test', use: [cacheControl(options)], routes: [get('/', handler)] })
  return (await app.fetch('/')).headers.get('cache-control')
}

const lasting: readonly ((ctx: Context) => Reply)[] = [
  (ctx) => ctx.text('a'),
  (ctx) => ctx.empty(304),
  (ctx) => ctx.redirect('/b', 301),
]
const passing: readonly ((ctx: Context) => Reply)[] = [
  (ctx) => ctx.text('a', 404),
  (ctx) => ctx.notFound(),
  (ctx) => ctx.redirect('/login'),
  (ctx) => ctx.redirect('/b', 307),
  () => {
    throw new Error('broken')
  },
]

it('goes to what lasts, not to errors and temporary redirects', async () => {
  for (const handler of lasting) assert.equal(await header({ maxAge: 60 }, handler), 'max-age=60')
  for (const handler of passing) assert.equal(await header({ maxAge: 60 }, handler), null)
})

it('goes everywhere when told, and when nobody may keep it', async () => {
  for (const handler of [...lasting, ...passing]) {
    assert.equal(await header({ noCache: true, errors: true }, handler), 'no-cache')
    assert.equal(await header({ noStore: true }, handler), 'no-store')
  }
  assert.equal(await header({ noStore: true, errors: false }, passing[0] as never), null)
})

it('keeps what the handler says', async () => {
  const handler = (ctx: Context) => ctx.text('a').header('cache-control', 'private')
  assert.equal(await header({ public: true, maxAge: 60 }, handler), 'private')
})

it('refuses options that cannot be', () => {
  for (const options of [
    {},
    { errors: true },
    { errors: 1, maxAge: 1 },
    { maxage: 1 },
    { public: true, private: true },
  ]) {
    assert.throws(() => cacheControl(options as CacheControlOptions), { code: 'ZZZ_OPTION_INVALID' })
  }
})
