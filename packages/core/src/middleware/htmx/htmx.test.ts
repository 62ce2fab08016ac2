import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createApp } from '../../app/app.ts'
import { get } from '../../router/route.ts'
import { createLayout, createView } from '../../template/index.ts'
import { compileTexts } from '../../template/template.suite.ts'
import { responseCache } from '../response-cache/response-cache.ts'
import { securityHeaders } from '../security-headers/security-headers.ts'
import { fromHtmx, htmxApp } from './htmx.suite.ts'
import { type HtmxOptions, htmx } from './htmx.ts'
import { htmxKey } from './htmx-context.ts'
import { htmxRelease } from './script.ts'
import { htmxScriptTag } from './script-tag.ts'

describe('Vary', () => {
  const varyOf = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const app = htmxApp((hx, ctx) => {
      if (ctx.path === '/plain') return ctx.text('')
      if (ctx.path === '/target') return ctx.text(hx.target ?? '').header('vary', 'Cookie')
      return ctx.text(String(hx.fragment))
    })
    return (await app.fetch(path, { headers })).headers.get('vary')
  }

  it('names the headers that the reply was made by, and is not there without any', async () => {
    assert.equal(await varyOf('/plain'), null)
    assert.equal(await varyOf('/plain', fromHtmx), null)
    assert.equal(await varyOf('/target'), 'Cookie, HX-Target')
    assert.equal(await varyOf('/fragment'), 'HX-Request')
    assert.equal(await varyOf('/fragment', fromHtmx), 'HX-Request, HX-History-Restore-Request, HX-Boosted')
  })
})

describe('a cache inside', () => {
  it('keeps pages and fragments apart', async () => {
    const app = htmxApp((hx, ctx) => ctx.html(hx.fragment ? 'part' : 'page'), {}, [
      responseCache({ maxAge: 60 }),
    ])
    const boosted = { ...fromHtmx, 'HX-Boosted': 'true' }
    for (let round = 0; round < 2; round++) {
      for (const [headers, text] of [
        [{}, 'page'],
        [fromHtmx, 'part'],
        [boosted, 'page'],
      ] as const) {
        assert.equal(await (await app.fetch('/', { headers })).text(), text)
      }
    }
  })
})

describe('ctx.render', () => {
  const view = createView<{ name: string }>('page', () => compileTexts('<p>{{name}}</p>'))
  const layout = createLayout<object>('layouts/app', () => compileTexts('<html>{{{yield}}}</html>'))
  const app = createApp({
    use: [htmx()],
    views: { layout },
    routes: [
      get('/', (ctx) => ctx.render(view, { name: 'x' })),
      get('/fragment', (ctx) => ctx.renderFragment(view, { name: 'x' })),
      get('/always', (ctx) => ctx.render(view, { name: 'x' }, { layout })),
    ],
  })
  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await app.fetch(path, { headers })
    return [await response.text(), response.headers.get('vary')]
  }

  it('leaves the layout out for a part of a page, and says so', async () => {
    const read = 'HX-Request, HX-History-Restore-Request'
    assert.deepEqual(await ask('/'), ['<html><p>x</p></html>', 'HX-Request'])
    assert.deepEqual(await ask('/', fromHtmx), ['<p>x</p>', `${read}, HX-Boosted`])
    const boosted = { ...fromHtmx, 'HX-Boosted': 'true' }
    assert.deepEqual(await ask('/', boosted), ['<html><p>x</p></html>', `${read}, HX-Boosted`])
    const restored = { ...fromHtmx, 'HX-History-Restore-Request': 'true' }
    assert.deepEqual(await ask('/', restored), ['<html><p>x</p></html>', read])
  })

  it('has everything in its place when htmx gets it, as nothing can come later', async () => {
    const late = createView<{ x: Promise<string> }>('late', () =>
      compileTexts('{{#await x as |y|}}<b>{{y}}</b>{{/await}}'),
    )
    const streaming = createApp({
      use: [htmx()],
      routes: [get('/', (ctx) => ctx.render(late, { x: Promise.resolve('x') }, { stream: true }))],
    })
    for (const headers of [fromHtmx, { ...fromHtmx, 'HX-Boosted': 'true' }]) {
      const response = await streaming.fetch('/', { headers })
      assert.deepEqual([await response.text(), response.headers.get('vary')], ['<b>x</b>', 'HX-Request'])
    }
    assert.match(await (await streaming.fetch('/')).text(), /<script>/)
  })

  it('depends on nothing where the layout is decided', async () => {
    for (const headers of [{}, fromHtmx]) {
      assert.deepEqual(await ask('/fragment', headers), ['<p>x</p>', null])
      assert.deepEqual(await ask('/always', headers), ['<html><p>x</p></html>', null])
    }
  })
})

describe('the script of htmx', () => {
  const content = readFileSync(fileURLToPath(import.meta.resolve('htmx.org/dist/htmx.min.js')))
  const app = htmxApp((_, ctx) => ctx.html(String(htmxScriptTag(ctx))))

  it('is the release that is said', () => {
    const manifest = readFileSync(fileURLToPath(import.meta.resolve('htmx.org/package.json')), 'utf8')
    assert.equal(JSON.parse(manifest).version, htmxRelease)
  })

  it('is served under the address in the tag, to be kept for good', async () => {
    const page = await (await app.fetch('/')).text()
    const [, src = ''] = /<script src="(\/__zzz\/htmx\.js\?v=[\w-]{22})" defer><\/script>$/.exec(page) ?? []
    const response = await app.fetch(src)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'text/javascript; charset=utf-8')
    assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), content)
    for (const other of ['/__zzz/htmx.js', '/__zzz/htmx.js?v=x']) {
      assert.equal((await app.fetch(other)).headers.get('cache-control'), 'no-cache')
    }
  })

  it('is for reading, and leaves other paths alone', async () => {
    assert.equal(
      (await app.fetch('/__zzz/htmx.js', { method: 'HEAD' })).headers.get('content-length'),
      '52182',
    )
    assert.match(await (await app.fetch('/__zzz/htmx.js', { method: 'POST' })).text(), /<script/)
    assert.match(await (await app.fetch('/__zzz/htmx.js/')).text(), /<script/)
    const elsewhere = htmxApp((_, ctx) => ctx.text('page'), { path: '/js/htmx.js' })
    assert.equal(await (await elsewhere.fetch('/__zzz/htmx.js')).text(), 'page')
    assert.equal((await elsewhere.fetch('/js/htmx.js')).headers.get('cache-control'), 'no-cache')
  })

  const tagWith = async (options: HtmxOptions) =>
    (await htmxApp((_, ctx) => ctx.html(String(htmxScriptTag(ctx))), options).fetch('/')).text()

  it('comes from jsDelivr by option, only as it is', async () => {
    const integrity = `sha384-${hash('sha384', content, 'base64')}`
    const src = `https://cdn.jsdelivr.net/npm/htmx.org@${htmxRelease}/dist/htmx.min.js`
    const tag = await tagWith({ script: 'cdn' })
    assert.ok(
      tag.endsWith(`<script src="${src}" integrity="${integrity}" crossorigin="anonymous" defer></script>`),
    )
    const served = htmxApp((_, ctx) => ctx.text('page'), { script: 'cdn' })
    assert.equal(await (await served.fetch('/__zzz/htmx.js')).text(), 'page')
  })

  it('comes from an address or a file of the application', async () => {
    const integrity = `sha256-${'A'.repeat(43)}=`
    assert.ok(
      (await tagWith({ script: { src: '/a"b.js' } })).endsWith('<script src="/a%22b.js" defer></script>'),
    )
    const foreign = await tagWith({ script: { src: 'https://cdn.example/htmx.js', integrity } })
    assert.ok(
      foreign.includes(`src="https://cdn.example/htmx.js" integrity="${integrity}" crossorigin="anonymous"`),
    )
    const file = import.meta.resolve('htmx4/dist/htmx.min.js')
    for (const given of [file, new URL(file), fileURLToPath(file)]) {
      const four = htmxApp((_, ctx) => ctx.html(String(htmxScriptTag(ctx))), {
        version: 4,
        script: { file: given },
      })
      assert.match(await (await four.fetch('/')).text(), /^<script src="\/__zzz\/htmx\.js\?v=/)
      assert.match(await (await four.fetch('/__zzz/htmx.js')).text(), /"4\.\d+\.\d+"/)
    }
  })

  it('has settings with it: ours, and those of the application', async () => {
    const settings = async (options: HtmxOptions) => {
      const [, json] = /<meta name="htmx-config" content="([^"]*)">/.exec(await tagWith(options)) ?? []
      return json === undefined
        ? undefined
        : JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&#39;', "'"))
    }
    const { responseHandling } = await settings({})
    assert.deepEqual(
      responseHandling.find(({ code }: { code: string }) => new RegExp(code).test('422')),
      { code: '422', swap: true },
    )
    assert.deepEqual(await settings({ config: { responseHandling: [], inlineScriptNonce: `'"` } }), {
      responseHandling: [],
      inlineScriptNonce: `'"`,
    })
    const four: HtmxOptions = { version: 4, script: { src: '/htmx.js' } }
    assert.equal(await settings(four), undefined)
    assert.deepEqual(await settings({ ...four, config: { transitions: true } }), { transitions: true })
  })

  it('carries the nonce of the policy, in the places for it only', async () => {
    const guarded = createApp({
      use: [securityHeaders(), htmx()],
      routes: [get('/', (ctx) => ctx.html(String(htmxScriptTag(ctx)))), get('/plain', (ctx) => ctx.html(''))],
    })
    const response = await guarded.fetch('/')
    const page = await response.text()
    const [, nonce] = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '') ?? []
    assert.deepEqual(
      page.match(/<(?:script|style)[^>]* nonce="[^"]+"/g)?.map((tag) => /nonce="(.+)"/.exec(tag)?.[1]),
      [nonce, nonce],
    )
    assert.equal(page.split(nonce as string).length, 3)
    assert.match(page, /includeIndicatorStyles&quot;:false/)
    const fetched = await (
      await guarded.fetch('/', { headers: { ...fromHtmx, 'HX-Boosted': 'true' } })
    ).text()
    assert.ok(fetched.includes('<script') && !fetched.includes('<style'))
    const plain = await guarded.fetch('/plain')
    assert.doesNotMatch(plain.headers.get('content-security-policy') ?? '', /nonce-/)
  })
})

describe('the options of htmx', () => {
  it('are refused when they are impossible', () => {
    const loose = htmx as (options: object) => unknown
    for (const options of [
      { version: 3 },
      { script: 'unpkg' },
      { script: {} },
      { script: { file: 1 } },
      { script: { src: '/x.js', file: '/x.js' } },
      { script: { src: '/x.js', integrity: 'md5-x' } },
      { script: { file: '/there/is/no/htmx.js' } },
      { path: 'htmx.js' },
      { path: '//cdn/htmx.js' },
      { path: '/htmx.js?v=1' },
      { config: [] },
      { config: { timeout: 1n } },
      { config: () => 1 },
      { redirects: 'ignore' },
      { prefix: '/' },
    ]) {
      const message = new RegExp(`htmx: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(options), { code: 'ZZZ_OPTION_INVALID', message })
    }
    for (const script of ['self', 'cdn'] as const) {
      assert.throws(() => htmx({ version: 4, script }), {
        code: 'ZZZ_OPTION_INVALID',
        message: /npm install htmx\.org@4 and set script/,
      })
    }
  })

  it('belong to a middleware that has to be there', async () => {
    const app = createApp({
      environment: 'test',
      routes: [get('/', (ctx) => ctx.text(String(ctx.get(htmxKey).request)))],
    })
    assert.equal((await app.fetch('/')).status, 500)
  })
})
