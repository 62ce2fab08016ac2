import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../context/context.ts'
import { post } from '../router/route.ts'
import { scope } from '../router/scope.ts'
import { createApp } from './app.ts'

const urlencoded = 'application/x-www-form-urlencoded'

const send = (
  body: string | Uint8Array<ArrayBuffer>,
  type?: string,
  headers: Record<string, string> = {},
): RequestInit => ({
  method: 'POST',
  body,
  headers: { accept: 'application/json', ...(type !== undefined && { 'content-type': type }), ...headers },
})

const app = createApp({
  routes: [
    post('/json', async (ctx) => ctx.json((await ctx.request.json()) as object)),
    post('/form', async (ctx) => ctx.json((await ctx.form()).values)),
    post('/body', async (ctx) => {
      const body = await ctx.body()
      return ctx.json({ body: body instanceof Uint8Array ? [...body] : (body as object) })
    }),
    post('/param/:id', async (ctx) => {
      return ctx.json({ id: await ctx.param('id'), name: (await ctx.param('name')) ?? null })
    }),
  ],
})

async function answer(path: string, init: RequestInit) {
  const response = await app.fetch(path, init)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('ctx.body', () => {
  it('is parsed by its content type', async () => {
    const cases: [string | Uint8Array<ArrayBuffer>, string | undefined, unknown][] = [
      ['{"a":1}', 'application/json', { a: 1 }],
      ['[1]', 'application/problem+json; charset=utf-8', [1]],
      ['user[name]=Ada&tags[]=a', urlencoded, { user: { name: 'Ada' }, tags: ['a'] }],
      ['Grüße', 'text/plain', 'Grüße'],
      [Uint8Array.of(0xe9), 'text/plain; charset=iso-8859-1', 'é'],
      ['<a/>', 'application/atom+xml', '<a/>'],
      [Uint8Array.of(0, 255), 'image/png', [0, 255]],
      [Uint8Array.of(7), undefined, [7]],
    ]
    for (const [sent, type, body] of cases) {
      assert.deepEqual((await answer('/body', send(sent, type))).body, { body }, String(type))
    }
    const none = await app.fetch('/body', { method: 'POST' })
    assert.deepEqual(await none.json(), {})
  })

  it('is one value for all who ask, beside the raw bytes', async () => {
    const seen = createApp({
      routes: [
        post('/', async (ctx) => {
          const [one, other, raw] = await Promise.all([ctx.body(), ctx.body(), ctx.rawBody()])
          return ctx.json({ same: one === other, raw: Buffer.from(raw).toString() })
        }),
      ],
    })
    const response = await seen.fetch('/', send('{"a":1}', 'application/json'))
    assert.deepEqual(await response.json(), { same: true, raw: '{"a":1}' })
  })

  it('refuses what it cannot read, in the form the client asks for', async () => {
    const cases: [string, RequestInit, number, string, Record<string, string>?][] = [
      ['/json', send('{', 'application/json'), 400, 'ZZZ_BODY_MALFORMED'],
      ['/json', send('{}', 'text/plain'), 415, 'ZZZ_BODY_TYPE', { accept: 'application/json' }],
      ['/body', send('{"__proto__":1}', 'application/json'), 400, 'ZZZ_BODY_PROTOTYPE'],
      ['/body', send('a=%', urlencoded), 400, 'ZZZ_BODY_MALFORMED'],
      ['/body', send('a', 'text/plain; charset=klingon'), 415, 'ZZZ_BODY_TYPE'],
      ['/form', send('{}', 'application/json'), 415, 'ZZZ_BODY_TYPE'],
      ['/form', send('a=1', `${urlencoded}; charset=utf-16`), 415, 'ZZZ_BODY_TYPE'],
      ['/form', send(Uint8Array.of(0x61, 0x3d, 0xff), urlencoded), 400, 'ZZZ_BODY_MALFORMED'],
    ]
    for (const type of ['application/json', urlencoded, 'text/plain']) {
      cases.push([
        '/body',
        send('x', type, { 'content-encoding': 'gzip' }),
        415,
        'ZZZ_BODY_TYPE',
        { 'accept-encoding': 'identity' },
      ])
    }
    for (const [path, init, status, code, headers = {}] of cases) {
      const refusal = await answer(path, init)
      assert.partialDeepStrictEqual(refusal, { status, body: { status, code } }, JSON.stringify(init))
      for (const [name, value] of Object.entries(headers)) assert.equal(refusal.headers.get(name), value)
      assert.equal(refusal.headers.get('content-type'), 'application/problem+json')
    }
  })
})

describe('ctx.param', () => {
  it('looks in the path, then the body, then the query', async () => {
    const cases: [string, RequestInit, string, string | null][] = [
      ['/param/7?id=8&name=query', send('id=9&name=body', urlencoded), '7', 'body'],
      ['/param/7?name=query', send('{"id":9,"name":"body"}', 'application/json'), '7', 'body'],
      ['/param/7?name=query', send('id=9', urlencoded), '7', 'query'],
      ['/param/7?name=query', { method: 'POST' }, '7', 'query'],
      ['/param/7', { method: 'POST' }, '7', null],
      ['/param/7', send('{"name":5}', 'application/json'), '7', '5'],
      ['/param/7', send('{"name":false}', 'application/json'), '7', 'false'],
      ['/param/7', send('{"name":{"a":1}}', 'application/json'), '7', null],
      ['/param/7', send('[1]', 'application/json'), '7', null],
      ['/param/7', send('null', 'application/json'), '7', null],
      ['/param/7?name=query', send('name=text', 'text/plain'), '7', 'query'],
    ]
    for (const [path, init, id, name] of cases) {
      assert.deepEqual((await answer(path, init)).body, { id, name }, `${path} ${init.body}`)
    }
  })

  it('finds nothing that nobody sent', async () => {
    const inherited = createApp({
      routes: [
        post('/:id', async (ctx) => ctx.json([await ctx.param('toString'), await ctx.param('__proto__')])),
      ],
    })
    for (const init of [send('{}', 'application/json'), send('a=1', urlencoded), { method: 'POST' }]) {
      assert.deepEqual(await (await inherited.fetch('/7', init)).json(), [null, null])
    }
  })

  it('does not hide a body that is broken', async () => {
    assert.equal((await answer('/param/7', send('{', 'application/json'))).status, 400)
  })
})

describe('ctx.form', () => {
  it('gives fields by their whole names', async () => {
    const seen = createApp({
      routes: [
        post('/', async (ctx) => {
          const form = await ctx.form()
          const values = [form.get('a'), form.getAll('a'), form.get('u[n]'), await ctx.formValue('a')]
          return ctx.json([...values, form.get('toString') ?? null, form.getAll('x')])
        }),
      ],
    })
    const response = await seen.fetch('/', send('a=1&a=2&u[n]=3', urlencoded))
    assert.deepEqual(await response.json(), ['2', ['1', '2'], '3', '2', null, []])
  })

  it('refuses options that it does not know', async () => {
    const loose = { totl: 1 } as object
    const seen = createApp({ routes: [post('/', async (ctx) => ctx.json((await ctx.form(loose)).values))] })
    assert.equal((await seen.fetch('/', send('a=1', urlencoded))).status, 500)
  })
})

describe('body limits', () => {
  const read = async (ctx: Context) => ctx.json((await ctx.rawBody()).length)
  const limited = createApp({
    bodyLimit: 10,
    form: { fields: 2 },
    routes: [
      post('/app', read),
      post('/route', { bodyLimit: 20 }, read),
      post('/own', async (ctx) => ctx.json((await ctx.request.bytes({ limit: 40 })).length)),
      post('/json', async (ctx) => ctx.json((await ctx.request.json()) as object)),
      post('/form', async (ctx) => ctx.json((await ctx.form()).values)),
      post('/fields', { bodyLimit: 1000, form: { fields: 3 } }, async (ctx) =>
        ctx.json((await ctx.form()).values),
      ),
      scope('/scope', { bodyLimit: 30 }, [post('/', read), post('/route', { bodyLimit: 5 }, read)]),
    ],
    use: [
      async (ctx, next) => {
        if (ctx.route === undefined) await ctx.rawBody()
        return next()
      },
    ],
  })
  const status = async (path: string, body: string, type = 'application/octet-stream') =>
    (await limited.fetch(path, send(body, type))).status

  it('are those of the read, the route, the scope, the application, in this order', async () => {
    const limits = { '/app': 10, '/route': 20, '/own': 40, '/scope': 30, '/scope/route': 5 }
    for (const [path, limit] of Object.entries(limits)) {
      assert.equal(await status(path, 'x'.repeat(limit)), 200, path)
      assert.equal(await status(path, 'x'.repeat(limit + 1)), 413, path)
    }
  })

  it('hold for every kind of read, and where no route matches', async () => {
    assert.equal(await status('/json', '"12345678"', 'application/json'), 200)
    assert.equal(await status('/json', '"123456789"', 'application/json'), 413)
    assert.equal(await status('/form', 'a=12345678', urlencoded), 200)
    assert.equal(await status('/form', 'a=123456789', urlencoded), 413)
    assert.equal(await status('/form', 'a&b', urlencoded), 200)
    assert.equal(await status('/form', 'a&b&c', urlencoded), 413)
    assert.equal(await status('/fields', 'a&b&c', urlencoded), 200)
    assert.equal(await status('/missing', '1234567890'), 404)
    assert.equal(await status('/missing', '12345678901'), 413)
  })
})
