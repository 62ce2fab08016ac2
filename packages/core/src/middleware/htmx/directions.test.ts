import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { html } from '../../template/html-tag.ts'
import { compress } from '../compress/compress.ts'
import { fromHtmx, htmxApp } from './htmx.suite.ts'
import type { Htmx } from './htmx-context.ts'
import type { HtmxVersion } from './htmx-request.ts'

/** The headers of htmx on the reply to a request of htmx, by name. */
async function told(tell: (hx: Htmx) => unknown, version: HtmxVersion = 2) {
  const app = htmxApp(
    (hx, ctx) => {
      tell(hx)
      return ctx.html('<p>x</p>')
    },
    version === 2 ? {} : { version, script: { src: '/htmx.js' } },
  )
  const { headers } = await app.fetch('/', { headers: fromHtmx })
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('hx-')))
}

describe('what htmx is told', () => {
  it('goes on the reply in headers', async () => {
    assert.deepEqual(
      await told((hx) => hx.pushUrl('/a').reswap('outerHTML swap:1s').retarget('#x').reselect('#y')),
      {
        'hx-push-url': '/a',
        'hx-reswap': 'outerHTML swap:1s',
        'hx-retarget': '#x',
        'hx-reselect': '#y',
      },
    )
    assert.deepEqual(await told((hx) => hx.pushUrl('/a').replaceUrl('/b')), { 'hx-replace-url': '/b' })
    assert.deepEqual(await told((hx) => hx.replaceUrl('/b').pushUrl(false)), { 'hx-push-url': 'false' })
    assert.deepEqual(await told((hx) => hx.pushUrl('/b').replaceUrl(false)), { 'hx-replace-url': 'false' })
  })

  it('is said on any reply, error pages too, and only to htmx', async () => {
    const app = htmxApp((hx, ctx) => {
      hx.trigger('x')
      return ctx.notFound()
    })
    const asked = await app.fetch('/', { headers: fromHtmx })
    assert.deepEqual([asked.status, asked.headers.get('hx-trigger')], [404, '{"x":{}}'])
    const plain = await app.fetch('/')
    assert.deepEqual([plain.status, plain.headers.get('hx-trigger')], [404, null])
    assert.equal(plain.headers.get('vary'), 'Accept, HX-Request')
  })

  it('cannot break out of its header', async () => {
    const app = htmxApp((hx, ctx) => {
      hx.retarget(ctx.query.get('to') as string)
      return ctx.html('')
    })
    const response = await app.fetch(`/?to=${encodeURIComponent('#a\r\nset-cookie: a=b')}`, {
      headers: fromHtmx,
    })
    assert.deepEqual([response.status, response.headers.get('set-cookie')], [500, null])
  })
})

describe('events', () => {
  it('are merged into JSON, of two with one name the last', async () => {
    const headers = await told((hx) =>
      hx.trigger('saved', { id: 7 }).trigger('b').trigger('n', 1).trigger('saved', null),
    )
    assert.deepEqual(headers, { 'hx-trigger': '{"saved":null,"b":{},"n":1}' })
  })

  it('have a header for each moment with htmx 2, and one for all with htmx 4', async () => {
    const tell = (hx: Htmx) => hx.trigger('a', 1).triggerAfterSwap('b', 2).triggerAfterSettle('c', 3)
    assert.deepEqual(await told(tell), {
      'hx-trigger': '{"a":1}',
      'hx-trigger-after-swap': '{"b":2}',
      'hx-trigger-after-settle': '{"c":3}',
    })
    assert.deepEqual(await told(tell, 4), { 'hx-trigger': '{"a":1,"b":2,"c":3}' })
  })

  it('are ASCII, whatever is in them', async () => {
    const text = 'größe 你 😀 \r\n\u2028 \x7f "\\'
    const { 'hx-trigger': header = '' } = await told((hx) => hx.trigger(`é${text}`, { text }))
    assert.match(header, /^[\x20-\x7e]+$/)
    assert.deepEqual(JSON.parse(header), { [`é${text}`]: { text } })
  })

  it('may have any name', async () => {
    const { 'hx-trigger': header = '' } = await told((hx) =>
      hx.trigger('__proto__', 1).trigger('toString', 2),
    )
    assert.equal(header, '{"__proto__":1,"toString":2}')
  })

  it('are refused where JSON has no text for them, or a header no room', async () => {
    await told((hx) => {
      const cycle: Record<string, unknown> = {}
      cycle.self = cycle
      for (const detail of [cycle, () => 1, 1n, Symbol('x'), Promise.resolve(1)]) {
        const error = { code: 'ZZZ_JSON_UNSERIALISABLE', message: /^htmx: the detail of the event "saved"/ }
        assert.throws(() => hx.trigger('saved', detail), error)
      }
    })
    const size = async (length: number) => {
      const app = htmxApp((hx, ctx) => {
        hx.trigger('x', 'x'.repeat(length))
        return ctx.html('')
      })
      return (await app.fetch('/', { headers: fromHtmx })).status
    }
    const room = 4096 - '{"x":""}'.length
    assert.deepEqual([await size(room), await size(room + 1)], [200, 500])
  })
})

describe('out-of-band swaps', () => {
  let closed = 0
  async function* stream() {
    try {
      yield '<p>x'
      yield '</p>'
    } finally {
      closed++
    }
  }
  const app = htmxApp((hx, ctx) => {
    hx.oob('#count', '3 < 4').oob('#"list"', html`<li>${'<b>'}</li>`, 'beforeend')
    switch (ctx.path) {
      case '/empty':
        return ctx.empty()
      case '/empty/swapped':
        return ctx.empty(200)
      case '/empty/text':
        return ctx.html('', 422)
      case '/empty/bytes':
        return ctx.respond(new Uint8Array(0), { type: 'text/html' })
      case '/empty/deleted':
        hx.reswap('delete')
        return ctx.empty()
      case '/empty/appended':
        hx.reswap('beforeend')
        return ctx.empty(200)
      case '/bytes':
        return ctx.respond(Buffer.from('<p>x</p>'), { type: 'text/html' })
      case '/stream':
        return ctx.stream(stream(), { type: 'text/html' })
      case '/part':
        return ctx.html('<p>').status(206)
      case '/created':
        return ctx.empty(201)
      case '/json':
        return ctx.json({})
      case '/redirect':
        return ctx.redirect('/', 307)
      default:
        return ctx.html('<p>x</p>').header('etag', '"x"')
    }
  })
  const parts =
    '<hx-partial hx-target="#count" hx-swap="innerHTML">3 &lt; 4</hx-partial>' +
    '<hx-partial hx-target="#&quot;list&quot;" hx-swap="beforeend"><li>&lt;b&gt;</li></hx-partial>'
  const ask = async (path: string, headers: Readonly<Record<string, string>> = fromHtmx) => {
    const response = await app.fetch(path, { headers, redirect: 'manual' })
    return [response.status, await response.text()]
  }

  it('are added to fragments, escaped', async () => {
    assert.deepEqual(await ask('/'), [200, `<p>x</p>${parts}`])
    const response = await app.fetch('/', { headers: fromHtmx })
    assert.deepEqual([response.headers.get('etag'), response.headers.get('content-length')], [null, null])
    assert.deepEqual(await ask('/empty'), [200, parts])
    assert.deepEqual(await ask('/bytes'), [200, `<p>x</p>${parts}`])
  })

  it('leave the target of a 204 alone, and have a reply of nothing swapped in otherwise', async () => {
    const nothing = '<template></template>'
    assert.deepEqual(await ask('/empty'), [200, parts])
    assert.deepEqual(await ask('/empty/swapped'), [200, nothing + parts])
    assert.deepEqual(await ask('/empty/text'), [422, nothing + parts])
    assert.deepEqual(await ask('/empty/bytes'), [200, nothing + parts])
    assert.deepEqual(await ask('/empty/deleted'), [200, nothing + parts])
    assert.deepEqual(await ask('/empty/appended'), [200, parts])
  })

  it('follow a stream, which is closed when the client leaves', async () => {
    assert.deepEqual(await ask('/stream'), [200, `<p>x</p>${parts}`])
    assert.equal(closed, 1)
    const response = await app.fetch('/stream', { headers: fromHtmx })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    assert.equal(Buffer.from((await reader.read()).value as Uint8Array).toString(), '<p>x')
    await reader.cancel()
    assert.equal(closed, 2)
  })

  it('are not lost silently where the reply is compressed already', async () => {
    const html = 'x'.repeat(10_000)
    const late = htmxApp(
      (hx, ctx) => {
        hx.oob('#count', '1')
        return ctx.html(html)
      },
      {},
      [compress()],
    )
    const headers = { ...fromHtmx, 'accept-encoding': 'gzip', accept: 'application/json' }
    const response = await late.fetch('/', { headers })
    assert.deepEqual([response.status, response.headers.get('content-encoding')], [500, null])
    const { 'accept-encoding': _, ...plain } = headers
    assert.equal((await late.fetch('/', { headers: plain })).status, 200)
  })

  it('are left out of pages, and of what cannot carry them', async () => {
    assert.deepEqual(await ask('/', {}), [200, '<p>x</p>'])
    assert.deepEqual(await ask('/', { ...fromHtmx, 'HX-Boosted': 'true' }), [200, '<p>x</p>'])
    assert.deepEqual(await ask('/json'), [200, '{}'])
    assert.deepEqual(await ask('/redirect'), [307, ''])
    assert.deepEqual(await ask('/created'), [201, ''])
    assert.deepEqual(await ask('/part'), [206, '<p>'])
  })
})
