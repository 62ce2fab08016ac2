import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createApp } from '../../app/app.ts'
import type { Middleware } from '../../context/middleware.ts'
import { del, get, post } from '../../router/route.ts'
import { staticFiles } from './static-files.ts'
import type { StaticFilesOptions } from './static-options.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'zzz-static-')))
after(() => rmSync(root, { recursive: true }))

const modified = new Date('2026-01-02T03:04:05Z')

function write(name: string, content: string | Buffer, time = modified): void {
  const file = join(root, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  utimesSync(file, time, time)
}

write('app.css', 'body { margin: 0 }')
write('app.css.br', 'BR')
write('app.css.gz', 'GZIP')
write('app.css.zst', 'ZSTD')
write('only.txt', 'plain')
write('only.txt.gz', 'gzipped')
write('plain.txt', 'plain')
write('missed', '')
write('stale.txt', 'new')
write('stale.txt.br', 'old', new Date(modified.getTime() - 60_000))
write('app.3f2a9c1b.js', 'x')
write('index.html', '<h1>Root</h1>')
write('docs/index.html', '<h1>Docs</h1>')
write('docs/café.txt', 'café')
write('empty/.keep', '')
write('large.bin', Buffer.alloc(300_000, 'x'))
write('.well-known/security.txt', 'hello')
write('.env', 'secret')

type Headers = Readonly<Record<string, string>>

function makeApp(options: Partial<StaticFilesOptions> = {}, use: readonly Middleware[] = []) {
  const app = createApp({
    environment: 'production',
    use: [...use, staticFiles({ root, ...options })],
    routes: [
      get('/static/from-a-route', (ctx) => ctx.text('route')),
      post('/static/app.css', (ctx) => ctx.text('posted')),
      del('/static/missed', (ctx) => ctx.notFound()),
    ],
  })
  return (path: string, headers: Headers = {}, method = 'GET') =>
    app.fetch(new Request(`http://localhost${path}`, { headers, method }))
}

const request = makeApp()

describe('staticFiles', () => {
  it('serves a file with type, tag, times and Cache-Control', async () => {
    const response = await request('/static/plain.txt')
    const headers = Object.fromEntries(response.headers)
    assert.match(headers.etag ?? '', /^"[\w-]{22}"$/)
    delete headers.etag
    assert.deepEqual(headers, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-cache',
      'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
      'accept-ranges': 'bytes',
    })
    assert.equal(await response.text(), 'plain')
    assert.equal((await request('/static/docs/caf%C3%A9.txt')).status, 200)
    assert.equal((await (await request('/static/large.bin')).bytes()).length, 300_000)
  })

  it('answers HEAD like GET without a body', async () => {
    for (const [path, length] of [
      ['/static/plain.txt', '5'],
      ['/static/large.bin', '300000'],
    ] as const) {
      const [head, get] = [await request(path, {}, 'HEAD'), await request(path)]
      assert.equal(await head.text(), '')
      assert.equal(head.headers.get('content-length'), length)
      head.headers.delete('content-length')
      assert.deepEqual([...head.headers], [...get.headers])
      await get.body?.cancel()
    }
  })

  it('answers conditions and ranges, from memory and from the file', async () => {
    for (const [path, size] of [
      ['/static/plain.txt', 5],
      ['/static/large.bin', 300_000],
    ] as const) {
      const etag = (await request(path, {}, 'HEAD')).headers.get('etag') ?? ''
      const known = await request(path, { 'if-none-match': etag })
      assert.deepEqual([known.status, known.headers.get('etag')], [304, etag])
      assert.equal(known.headers.get('cache-control'), 'no-cache')
      const range = await request(path, { range: 'bytes=1-2' })
      assert.deepEqual([range.status, (await range.text()).length], [206, 2])
      assert.equal(range.headers.get('content-range'), `bytes 1-2/${size}`)
      assert.equal((await request(path, { range: `bytes=${size}-` })).status, 416)
      assert.equal((await request(path, { 'if-match': '"x"' })).status, 412)
    }
  })

  describe('negotiates what is compressed beforehand', () => {
    const rows: readonly [acceptEncoding: string | undefined, body: string, coding: string | null][] = [
      [undefined, 'body { margin: 0 }', null],
      ['', 'body { margin: 0 }', null],
      ['gzip', 'GZIP', 'gzip'],
      ['gzip, deflate, br', 'BR', 'br'],
      ['gzip, deflate, br, zstd', 'BR', 'br'],
      ['gzip, zstd', 'ZSTD', 'zstd'],
      ['br;q=0.5, gzip', 'GZIP', 'gzip'],
      ['br;q=0, gzip;q=0.1', 'GZIP', 'gzip'],
      ['*', 'BR', 'br'],
      ['identity, gzip;q=0.5', 'body { margin: 0 }', null],
      ['deflate', 'body { margin: 0 }', null],
      ['identity;q=0', 'body { margin: 0 }', null],
    ]
    for (const [acceptEncoding, body, coding] of rows) {
      it(`${JSON.stringify(acceptEncoding)}: ${coding ?? 'as it is'}`, async () => {
        const headers: Headers = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding }
        const response = await request('/static/app.css', headers)
        assert.equal(response.headers.get('content-encoding'), coding)
        assert.equal(response.headers.get('content-type'), 'text/css; charset=utf-8')
        assert.equal(response.headers.get('vary'), 'accept-encoding')
        assert.equal(await response.text(), body)
      })
    }

    it('with a tag and ranges of their own', async () => {
      const tagOf = async (coding: string) =>
        (await request('/static/app.css', { 'accept-encoding': coding })).headers.get('etag') ?? ''
      const tags = [await tagOf('identity'), await tagOf('br'), await tagOf('zstd'), await tagOf('gzip')]
      assert.equal(new Set(tags).size, 4)
      const [, br = ''] = tags
      const same = await request('/static/app.css', { 'accept-encoding': 'br', 'if-none-match': br })
      assert.deepEqual([same.status, same.headers.get('vary')], [304, 'accept-encoding'])
      assert.equal((await request('/static/app.css', { 'if-none-match': br })).status, 200)
      const part = await request('/static/app.css', { 'accept-encoding': 'gzip', range: 'bytes=1-2' })
      assert.deepEqual([part.status, part.headers.get('content-range')], [206, 'bytes 1-2/4'])
      assert.equal(await part.text(), 'ZI')
    })

    it('as far as it is there, is not older than its original, and is wanted', async () => {
      const every = { 'accept-encoding': 'br, gzip, zstd' }
      assert.equal((await request('/static/only.txt', every)).headers.get('content-encoding'), 'gzip')
      for (const path of ['/static/stale.txt', '/static/plain.txt']) {
        const { headers } = await request(path, every)
        assert.deepEqual([headers.get('content-encoding'), headers.get('vary')], [null, null], path)
      }
      const plain = await makeApp({ precompressed: false })('/static/app.css', every)
      assert.deepEqual([plain.headers.get('content-encoding'), plain.headers.get('vary')], [null, null])
    })
  })

  it('serves the index of a folder, and redirects to it', async () => {
    assert.equal(await (await request('/static/')).text(), '<h1>Root</h1>')
    assert.equal(await (await request('/static/docs/')).text(), '<h1>Docs</h1>')
    const rows = [
      ['/static', '/static/'],
      ['/static/docs', '/static/docs/'],
      ['/static/docs?a=1&b=%2F', '/static/docs/?a=1&b=%2F'],
    ] as const
    for (const [path, location] of rows) {
      const response = await request(path)
      assert.deepEqual([response.status, response.headers.get('location')], [301, location])
    }
    for (const path of ['/static/empty', '/static/empty/', '/static/plain.txt/', '/static/docs//']) {
      assert.equal((await request(path)).status, 404, path)
    }
    const without = makeApp({ index: false })
    for (const path of ['/static', '/static/', '/static/docs', '/static/docs/']) {
      assert.equal((await without(path)).status, 404, path)
    }
    assert.equal((await makeApp({ index: 'café.txt' })('/static/docs/')).status, 200)
  })

  it('never redirects to another host', async () => {
    const whole = makeApp({ prefix: '/' })
    for (const path of ['//docs', '//docs/..', '/%2Fdocs', '/\\docs', '///docs']) {
      assert.equal((await whole(path)).headers.get('location'), null, path)
    }
    assert.equal((await whole('/docs')).headers.get('location'), '/docs/')
  })

  it('serves under any prefix', async () => {
    const whole = makeApp({ prefix: '/' })
    assert.equal(await (await whole('/')).text(), '<h1>Root</h1>')
    assert.equal(await (await whole('/plain.txt')).text(), 'plain')
    assert.equal((await whole('/nothing')).status, 404)
    assert.equal((await makeApp({ prefix: '/a/b' })('/a/b/plain.txt')).status, 200)
    assert.equal((await makeApp({ root: pathToFileURL(`${root}/`) })('/static/plain.txt')).status, 200)
  })

  it('passes on what it does not serve', async () => {
    assert.equal(await (await request('/static/from-a-route')).text(), 'route')
    assert.equal(await (await request('/static/app.css', {}, 'POST')).text(), 'posted')
    assert.equal((await request('/static/nothing')).status, 404)
    assert.equal((await request('/other')).status, 404)
  })

  it('refuses what a file does not take, where no route takes it', async () => {
    const ask = async (method: string, path: string) => {
      const { status, headers } = await request(path, {}, method)
      return [status, headers.get('allow')]
    }
    for (const path of ['/static/plain.txt', '/static/docs', '/static/docs/']) {
      assert.deepEqual(await ask('POST', path), [405, 'GET, HEAD, OPTIONS'])
      assert.deepEqual(await ask('OPTIONS', path), [204, 'GET, HEAD, OPTIONS'])
    }
    for (const path of ['/static/nothing', '/static/.env', '/static/empty/'])
      assert.deepEqual(await ask('POST', path), [404, null], path)
    assert.deepEqual(await ask('BREW', '/static/plain.txt'), [501, null])
    assert.deepEqual(await ask('DELETE', '/static/missed'), [404, null], 'of a route, though there is a file')
  })

  it('or answers it itself', async () => {
    const alone = makeApp({ fallthrough: false })
    assert.equal((await alone('/static/from-a-route')).status, 404)
    const refused = await alone('/static/app.css', {}, 'POST')
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
    assert.equal((await alone('/static/app.css', {}, 'OPTIONS')).status, 204)
    assert.equal((await alone('/static/app.css')).status, 200)
  })

  it('hides names that begin with a dot unless they are allowed', async () => {
    assert.equal((await request('/static/.env')).status, 404)
    assert.equal((await request('/static/.well-known/security.txt')).status, 404)
    const known = makeApp({ dotfiles: ['.well-known'] })
    assert.equal((await known('/static/.env')).status, 404)
    assert.equal((await known('/static/.well-known/security.txt')).status, 200)
    assert.equal((await makeApp({ dotfiles: true })('/static/.env')).status, 200)
  })

  it('says how long clients may keep a file', async () => {
    const cacheControl = async (path: string, options: Partial<StaticFilesOptions>) =>
      (await makeApp(options)(path)).headers.get('cache-control')
    const forever = 'public, max-age=31536000, immutable'
    const fingerprinted = '/static/app.3f2a9c1b.js'
    assert.equal(await cacheControl('/static/plain.txt', { maxAge: 60 }), 'public, max-age=60')
    assert.equal(await cacheControl('/static/plain.txt', { cacheControl: 'private' }), 'private')
    assert.equal(await cacheControl(fingerprinted, { maxAge: 60 }), forever)
    assert.equal(await cacheControl(fingerprinted, { immutable: false }), 'no-cache')
    assert.equal(await cacheControl(fingerprinted, { immutable: /plain/g }), 'no-cache')
    const docs = (path: string) => path === 'docs/index.html'
    assert.equal(await cacheControl('/static/docs/', { immutable: docs }), forever)
    const pattern = makeApp({ immutable: /plain/g, maxStale: 0 })
    for (let time = 0; time < 3; time++) {
      assert.equal((await pattern('/static/plain.txt')).headers.get('cache-control'), forever)
    }
    assert.equal((await makeApp({ etag: false })('/static/plain.txt')).headers.get('etag'), null)
  })

  it('measures maxStale in seconds', async () => {
    const clock = { time: 1000, now: () => clock.time, after: () => ({ [Symbol.dispose]() {} }) }
    const request = makeApp({ clock, maxStale: 0.5 })
    const status = async () => (await request('/static/late.txt')).status
    assert.equal(await status(), 404)
    write('late.txt', 'late')
    clock.time += 499
    assert.equal(await status(), 404)
    clock.time += 1
    assert.equal(await status(), 200)
  })

  it('sees what changed after maxStale, and not before', async () => {
    const clock = { time: 1000, now: () => clock.time, after: () => ({ [Symbol.dispose]() {} }) }
    const request = makeApp({ clock })
    const body = async () => {
      const response = await request('/static/changing.txt')
      return response.status === 200 ? response.text() : response.status
    }
    assert.equal(await body(), 404)
    write('changing.txt', 'one')
    clock.time += 999
    assert.equal(await body(), 404)
    clock.time += 1
    assert.equal(await body(), 'one')
    write('changing.txt', 'two')
    assert.equal(await body(), 'one')
    clock.time += 1000
    assert.equal(await body(), 'two', 'same size and same time of change')
    rmSync(join(root, 'changing.txt'))
    clock.time += 1000
    assert.equal(await body(), 404)
  })

  it('sees every change at once in development, and with a maxStale of 0', async () => {
    const development = createApp({ environment: 'development', use: [staticFiles({ root })], routes: [] })
    const always = makeApp({ maxStale: 0, memory: 0 })
    for (const content of ['one', 'two', 'ten']) {
      write('live.txt', content)
      const response = await development.fetch(new Request('http://localhost/static/live.txt'))
      assert.equal(await response.text(), content)
      assert.equal(await (await always('/static/live.txt')).text(), content)
    }
  })

  it('sends head and content of one state when a large file is replaced', async () => {
    const sizes = [300_000, 400_000]
    for (const size of sizes) {
      write('growing.bin', Buffer.alloc(size, 'y'))
      const response = await request('/static/growing.bin', { range: 'bytes=0-' })
      assert.equal(response.headers.get('content-range'), `bytes 0-${size - 1}/${size}`)
      assert.equal((await response.bytes()).length, size)
    }
    rmSync(join(root, 'growing.bin'))
    assert.equal((await request('/static/growing.bin')).status, 404)
  })

  it('lets middleware around it change the reply', async () => {
    const stamp: Middleware = async (_ctx, next) => (await next()).header('x-stamp', 'yes')
    const request = makeApp({}, [stamp])
    for (let time = 0; time < 2; time++) {
      const { headers } = await request('/static/plain.txt')
      assert.deepEqual([headers.get('x-stamp'), headers.get('etag')?.length], ['yes', 24])
    }
    const unstamped = await makeApp()('/static/plain.txt')
    assert.equal(unstamped.headers.get('x-stamp'), null)
  })

  it('refuses impossible options at start', () => {
    const wrong: readonly object[] = [
      { root: join(root, 'nowhere') },
      { root: join(root, 'app.css') },
      { root: undefined },
      { root: '' },
      { root: new URL('http://localhost/') },
      { prefix: 'static' },
      { prefix: '/static/' },
      { prefix: '/a%20b' },
      { index: 'a/b' },
      { index: '..' },
      { maxAge: -1 },
      { maxAge: 1.5 },
      { cacheControl: 'a\r\nb' },
      { immutable: 'x' },
      { dotfiles: '.well-known' },
      { maxStale: '1s' },
      { memory: Number.POSITIVE_INFINITY },
      { maxage: 1 },
    ]
    for (const options of wrong) {
      const misuse = { root, ...options } as StaticFilesOptions
      assert.throws(() => staticFiles(misuse), { code: 'ZZZ_OPTION_INVALID' }, JSON.stringify(options))
    }
  })
})
