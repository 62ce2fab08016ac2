import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createApp, type EventSourceInfo, get, type ServerEvent } from '@zzz/core'
import { compress } from '@zzz/core/middleware'
import { serve } from '@zzz/core/server'
import { type Browser, chromium } from 'playwright-core'
import { without } from '../tls/tools.ts'

/** Event streams as a browser understands them. */

/** Three events on each connection, numbered through; the connection ends once the page has them, cleanly or not. */
function counting(breaks: boolean) {
  const connections: (string | undefined)[] = []
  const seen = Array.from({ length: 20 }, () => Promise.withResolvers<void>())
  async function* source({ lastEventId }: EventSourceInfo): AsyncGenerator<ServerEvent> {
    connections.push(lastEventId)
    const start = Number(lastEventId ?? 0)
    for (let id = start + 1; id <= start + 3; id++) yield { id, event: 'count', data: `${id}\nzwei\r\n€` }
    await seen[start + 3]?.promise
    if (breaks) throw new Error('broken on purpose')
  }
  return { source, connections, seen }
}

describe('EventSource in Chromium', { skip: without('chromium') }, () => {
  let browser: Browser
  before(async () => {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
      ],
    })
  })
  after(() => browser?.close())

  for (const backend of ['zzz', 'node'] as const) {
    for (const breaks of [false, true]) {
      it(`comes back where it was after a stream that ${breaks ? 'broke' : 'ended'} (${backend})`, async () => {
        const { source, connections, seen } = counting(breaks)
        const app = createApp({
          use: [compress({ threshold: 0 })],
          routes: [
            get('/', (ctx) => ctx.html('<!doctype html><title>events</title>')),
            get('/events', (ctx) => ctx.sse(source, { retry: 1 })),
            get('/seen/:id', (ctx) => {
              seen[Number(ctx.params.id)]?.resolve()
              return ctx.empty()
            }),
          ],
        })
        await using server = await serve(app, {
          port: 0,
          signals: false,
          drain: 0,
          backend,
          onError: () => {},
        })
        const page = await browser.newPage()
        await page.goto(server.address.url)
        const events = await page.evaluate(listen, 8)
        await page.close()
        assert.deepEqual(
          events,
          Array.from({ length: 8 }, (_, index) => [String(index + 1), `${index + 1}\nzwei\n€`]),
        )
        assert.deepEqual(connections.slice(0, 3), [undefined, '3', '6'])
      })
    }
  }

  it('sends an id back as it was, whatever it is made of', async () => {
    const seen: (string | undefined)[] = []
    async function* source({ lastEventId }: EventSourceInfo): AsyncGenerator<ServerEvent> {
      seen.push(lastEventId)
      yield { id: 'grün €', event: 'count', data: 'a' }
    }
    const app = createApp({
      routes: [
        get('/', (ctx) => ctx.html('<!doctype html><title>events</title>')),
        get('/events', (ctx) => ctx.sse(source, { retry: 1 })),
      ],
    })
    await using server = await serve(app, { port: 0, signals: false, drain: 0 })
    const page = await browser.newPage()
    await page.goto(server.address.url)
    await page.evaluate(listen, 2)
    await page.close()
    assert.deepEqual(seen.slice(0, 2), [undefined, 'grün €'])
  })
})

/** Runs in the page: the ids and texts of so many events. */
function listen(count: number): Promise<[string, string][]> {
  interface Message {
    readonly lastEventId: string
    readonly data: string
  }
  interface Source {
    addEventListener(name: string, listener: (message: Message) => void): void
    close(): void
  }
  const { EventSource } = globalThis as unknown as { EventSource: new (url: string) => Source }
  return new Promise((resolve) => {
    const source = new EventSource('/events')
    const events: [string, string][] = []
    source.addEventListener('count', ({ lastEventId, data }) => {
      events.push([lastEventId, data])
      void fetch(`/seen/${lastEventId}`)
      if (events.length < count) return
      source.close()
      resolve(events)
    })
  })
}
