/**
 * A program with two workers, for the tests of what they share. It prints `ready pid` in each process and what comes on
 * the bus as `got pid from number`; requests make it publish and call.
 */
import { createApp } from '../../app/app.ts'
import { HttpError, ZzzError } from '../../errors.ts'
import { createBus } from '../../pubsub/create-bus.ts'
import { shareAcrossWorkers } from '../../pubsub/share-across-workers.ts'
import { get } from '../../router/route.ts'
import { memorySessions } from '../../session/stores/memory-sessions.ts'
import { serve } from '../serve.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

function createCounter() {
  say(`create ${process.pid}`)
  let count = 0
  return {
    add: async (by: number) => {
      count += by
      return count
    },
    echo: async (value: unknown) => value,
    taken: async (): Promise<void> => {
      throw new HttpError(409, 'This name is taken', { headers: { 'x-a': 'b' } })
    },
    closed: async (): Promise<void> => {
      throw new ZzzError('ZZZ_BUS_CLOSED', 'Closed', { cause: new RangeError('deep') })
    },
    odd: async (): Promise<void> => {
      throw Object.assign(new RangeError('odd'), { code: 'EODD' })
    },
    text: async (): Promise<void> => {
      throw 'a text'
    },
    unclonable: async () => () => {},
    never: () => new Promise<void>(() => {}),
  }
}

const bus = createBus()
const counter = shareAcrossWorkers('counter', createCounter)
const second = shareAcrossWorkers('counter', createCounter)
const sessions = memorySessions()

bus.subscribe('numbers', (message) => {
  const { from, number } = message as { from: number; number: number }
  say(`got ${process.pid} ${from} ${number}`)
})

let large = 0
bus.subscribe('large', () => say(`large ${process.pid} ${++large}`))

/** How a call failed, as far as a caller can tell. */
async function failure(call: () => Promise<unknown>): Promise<object> {
  const error = await call().then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  )
  const { name, message, code, status, headers, cause } = error as HttpError
  const kind = error instanceof HttpError ? 'HttpError' : error instanceof ZzzError ? 'ZzzError' : 'Error'
  return { kind, name, message, code, status, headers, cause: (cause as Error | undefined)?.message }
}

const app = createApp({
  environment: 'test',
  routes: [
    get('/publish/:count/:to', (ctx) => {
      const to = ctx.params.to as 'all' | 'others'
      for (let number = 0; number < Number(ctx.params.count); number++) {
        bus.publish('numbers', { from: process.pid, number }, { to })
      }
      return ctx.text(String(process.pid))
    }),
    get('/die/:count', (ctx) => {
      for (let number = 0; number < Number(ctx.params.count); number++) {
        bus.publish('numbers', { from: process.pid, number })
      }
      process.kill(process.pid, 'SIGKILL')
      return ctx.text('never')
    }),
    get('/large/:count', (ctx) => {
      const bytes = new Uint8Array(1024 * 1024)
      for (let number = 0; number < Number(ctx.params.count); number++) bus.publish('large', bytes)
      return ctx.text(String(process.pid))
    }),
    get('/block/:ms', (ctx) => {
      say(`blocked ${process.pid}`)
      const end = performance.now() + Number(ctx.params.ms)
      while (performance.now() < end);
      return ctx.text(String(process.pid))
    }),
    get('/add/:by', async (ctx) =>
      ctx.json([process.pid, await counter.add(Number(ctx.params.by)), await second.add(1)]),
    ),
    get('/echo', async (ctx) => {
      const value = new Map<string, unknown>([
        ['at', new Date(0)],
        ['bytes', new Uint8Array([1, 2])],
        ['nothing', undefined],
      ])
      const copy = (await counter.echo(value)) as Map<string, unknown>
      return ctx.json([
        copy instanceof Map,
        copy.get('at') instanceof Date,
        copy.get('bytes') instanceof Uint8Array,
        copy.size,
      ])
    }),
    get('/fail/:method', async (ctx) => {
      const calls = counter as unknown as Record<string, () => Promise<unknown>>
      return ctx.json(await failure(() => (calls[ctx.params.method] as () => Promise<unknown>)()))
    }),
    get('/argument', async (ctx) => ctx.json(await failure(() => counter.echo(() => {})))),
    get('/late', async (ctx) =>
      ctx.json(await failure(() => shareAcrossWorkers('late', createCounter).add(1))),
    ),
    get('/session/set', async (ctx) => {
      await sessions.create('id', { values: { user: '"Ada"' }, createdAt: 0, expiresAt: Date.now() + 60_000 })
      return ctx.text(String(process.pid))
    }),
    get('/session/get', async (ctx) => ctx.json([process.pid, (await sessions.load('id'))?.values])),
  ],
})

const server = await serve(app, { port: 0, workers: 2 })
say(`ready ${process.pid}`)
if (server.role === 'primary') {
  say(`address ${JSON.stringify(server.address)}`)
  // Tests that were killed leave nothing behind.
  const end = (): never => process.exit()
  process.once('disconnect', end)
  server.closed.then(() => process.off('disconnect', end))
}
