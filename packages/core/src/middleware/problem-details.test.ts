import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../app/app.ts'
import { HttpError } from '../errors.ts'
import { get, post } from '../router/route.ts'
import { scope } from '../router/scope.ts'
import { errorPages } from './error-pages/error-pages.ts'
import { problemDetails } from './problem-details.ts'

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

const api = [
  get('/fail', () => {
    throw new Error('secret')
  }),
  get('/teapot', () => {
    throw new HttpError(418, 'short', { headers: { 'retry-after': '5' }, errors: ['stout'] })
  }),
  post('/body', async (ctx) => ctx.json(await ctx.request.json())),
]
const page = { pages: { default: () => new Response('page', { headers: { 'content-type': 'text/html' } }) } }
const app = createApp({
  environment: 'production',
  use: [problemDetails({ below: '/v2' }), errorPages(page)],
  routes: [
    get('/fail', () => {
      throw new Error('secret')
    }),
    get('/v2x', () => {
      throw new HttpError(400, 'elsewhere')
    }),
    scope('/v1', { use: [problemDetails()] }, api),
    scope('/v2', api),
  ],
})

async function ask(path: string, accept: string | undefined, init: RequestInit = {}) {
  const headers: Record<string, string> = accept === undefined ? {} : { accept }
  const response = await app.fetch(path, { ...init, headers })
  const type = response.headers.get('content-type')
  return { response, type, status: response.status, body: await response.text() }
}

describe('problemDetails', () => {
  it('holds for every client that takes JSON at all, whatever else it likes better', async () => {
    for (const root of ['/v1', '/v2']) {
      for (const accept of [
        undefined,
        '*/*',
        'application/json',
        browser,
        'text/html, application/*;q=0.1',
      ]) {
        const { response, type, status, body } = await ask(`${root}/teapot`, accept)
        assert.deepEqual([status, type], [418, 'application/problem+json'], `${root} ${accept}`)
        assert.deepEqual(JSON.parse(body).errors, ['stout'])
        assert.equal(response.headers.get('retry-after'), '5')
        assert.equal(response.headers.get('vary'), 'Accept')
      }
    }
  })

  it('gives others what they ask for', async () => {
    assert.equal((await ask('/v1/teapot', 'text/html')).body, 'page')
    assert.equal((await ask('/v1/teapot', 'text/plain')).body, "418 I'm a Teapot\nshort\n- stout\n")
    assert.equal((await ask('/v1/teapot', 'text/html, application/json;q=0')).body, 'page')
  })

  it('tells no more than other forms do', async () => {
    const { body, status } = await ask('/v1/fail', '*/*')
    assert.equal(status, 500)
    assert.deepEqual(JSON.parse(body), { type: 'about:blank', status: 500, title: 'Internal Server Error' })
  })

  it('holds for bodies that cannot be read', async () => {
    const { status, type } = await ask('/v1/body', '*/*', { method: 'POST', body: 'x' })
    assert.deepEqual([status, type], [415, 'application/problem+json'])
  })

  it('holds below a path also where no route matches', async () => {
    assert.deepEqual((await ask('/v2/nope', browser)).type, 'application/problem+json')
    assert.deepEqual((await ask('/v2', browser)).type, 'application/problem+json')
    assert.deepEqual((await ask('/v2/%zz', browser)).type, 'application/problem+json')
    const refused = await ask('/v2/teapot', undefined, { method: 'POST' })
    assert.deepEqual([refused.status, refused.type], [405, 'application/problem+json'])
    assert.equal(refused.response.headers.get('allow'), 'GET, HEAD, OPTIONS')
  })

  it('leaves other paths alone', async () => {
    for (const path of ['/fail', '/v2x', '/v1/nope']) assert.equal((await ask(path, browser)).body, 'page')
    assert.equal((await ask('/fail', '*/*')).type, 'text/plain; charset=utf-8')
  })

  it('refuses what is no path', () => {
    for (const below of ['', '/', 'api', '/api/', '//api', '/api?x', 3]) {
      assert.throws(() => problemDetails({ below } as never), {
        code: 'ZZZ_OPTION_INVALID',
        message: /problemDetails: option "below"/,
      })
    }
  })
})
