import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { createApp } from '../app/app.ts'
import type { Service } from '../app/service.ts'
import { get } from '../router/route.ts'
import type { Backend, ListenOptions } from './backend.ts'
import { zzzBackend } from './backends/zzz/zzz-backend.ts'
import { defaultLimits } from './limits.ts'
import { serve } from './serve.ts'
import type { ServeOptions } from './serve-options.ts'
import type { Servable } from './server.ts'
import { defaultTimeouts } from './timeouts.ts'

/** An app whose `/slow` waits, with a service, and what happens to it in order. */
function makeApp(faults: { stop?: Error } = {}) {
  const log: string[] = []
  const begun = Promise.withResolvers<AbortSignal>()
  const release = Promise.withResolvers<void>()
  const service: Service = {
    name: 'repo',
    start: async () => void log.push('start'),
    async stop({ deadline }) {
      log.push(`stop ${deadline}`)
      if (faults.stop !== undefined) throw faults.stop
    },
  }
  const app = createApp({
    services: [service],
    routes: [
      get('/', (ctx) => ctx.text('fast')),
      get('/slow', async (ctx) => {
        begun.resolve(ctx.signal)
        await release.promise
        log.push('slow')
        return ctx.text('slow')
      }),
    ],
  })
  return { app, log, begun: begun.promise, release: release.resolve }
}

async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return false
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED')
    return true
  } finally {
    socket.destroy()
  }
}

for (const backend of ['zzz', 'node'] as const) {
  const options: ServeOptions = { port: 0, backend }

  describe(`serve: ${backend}`, () => {
    it('answers where it says it does', async () => {
      await using server = await serve(makeApp().app, options)
      assert.equal(server.backend, backend)
      assert.equal(server.address.url, `http://127.0.0.1:${server.address.port}`)
      assert.equal(await (await fetch(server.address.url)).text(), 'fast')
      assert.equal(server.connections(), 1)
    })

    it('starts services before it listens, and stops them behind the drain, then runs onClose', async () => {
      const { app, log, begun, release } = makeApp()
      const server = await serve(app, { ...options, drain: 5000, onClose: () => void log.push('onClose') })
      log.push('listening')
      const response = fetch(`${server.address.url}/slow`)
      await begun
      const closing = server.close()
      assert.equal(await isRefused(server.address.port), true)
      release()
      assert.equal(await (await response).text(), 'slow')
      await closing
      assert.deepEqual(log, ['start', 'listening', 'slow', 'stop 5000', 'onClose'])
      assert.equal(server.connections(), 0)
    })

    it('shares one shutdown between all who close it', async () => {
      const { app, log } = makeApp()
      const server = await serve(app, options)
      const first = server.close({ drain: 1 })
      assert.equal(server.close(), first)
      await Promise.all([first, server.closed, server[Symbol.asyncDispose]()])
      assert.deepEqual(log, ['start', 'stop 10000'])
    })

    it('cuts what still runs at the deadline', async () => {
      const { app, log, begun } = makeApp()
      const server = await serve(app, { ...options, drain: 1 })
      const response = fetch(`${server.address.url}/slow`)
      const cut = assert.rejects(response)
      const signal = await begun
      const aborted = once(signal, 'abort')
      await server.close()
      await Promise.all([cut, aborted])
      assert.deepEqual(log, ['start', 'stop 1'])
    })

    it('takes a deadline beyond the range of timers', async () => {
      const warnings: Error[] = []
      const listen = (warning: Error) => warnings.push(warning)
      process.on('warning', listen)
      const { app, begun, release } = makeApp()
      const server = await serve(app, options)
      const response = fetch(`${server.address.url}/slow`)
      await begun
      const closing = server.close({ drain: Number.POSITIVE_INFINITY })
      assert.equal(await isRefused(server.address.port), true)
      release()
      assert.equal(await (await response).text(), 'slow')
      await closing
      process.off('warning', listen)
      assert.deepEqual(warnings, [])
    })

    it('is closed by leaving its scope', async () => {
      let port: number
      {
        await using server = await serve(makeApp().app, options)
        port = server.address.port
      }
      assert.equal(await isRefused(port), true)
    })

    it('says who else listens, and stops what it started', async () => {
      await using first = await serve(makeApp().app, options)
      const { app, log } = makeApp()
      const { port } = first.address
      await assert.rejects(serve(app, { ...options, port, drain: 7 }), {
        code: 'ZZZ_LISTEN_FAILED',
        message: `Cannot listen on 127.0.0.1 port ${port}: another process listens there; stop it or choose another port`,
      })
      assert.deepEqual(log, ['start', 'stop 7'])
    })

    it('says that an address is not of this machine', async () => {
      const host = '192.0.2.1'
      await assert.rejects(serve(makeApp().app, { ...options, host }), (error: Error) => {
        assert.match(
          error.message,
          /^Cannot listen on 192\.0\.2\.1 port 0: this machine has no such address; /,
        )
        // An error that ends a program is printed with all it has: nothing that it has not.
        assert.doesNotMatch(inspect(error), /undefined/)
        return true
      })
    })

    it('tells onError what no request can be told', async (t) => {
      const breach = new Error('a handle never throws')
      const broken: Servable = {
        handle() {
          throw breach
        },
        async start() {},
        async stop() {},
      }
      const errors: unknown[] = []
      await using server = await serve(broken, { ...options, onError: (error) => errors.push(error) })
      assert.equal((await fetch(server.address.url)).status, 500)
      assert.deepEqual(errors, [breach])
      const warnings: string[] = []
      const hear = (warning: Error) => warnings.push(warning.message)
      process.on('warning', hear)
      t.after(() => process.off('warning', hear))
      const onError = () => {
        throw new Error('deaf')
      }
      await using deaf = await serve(broken, { ...options, onError })
      assert.equal((await fetch(deaf.address.url)).status, 500)
      assert.deepEqual(warnings, [
        'Server error: a handle never throws',
        'Server error: its listener failed: deaf',
      ])
    })
  })
}

describe('serve', () => {
  it('refuses unknown and impossible options before it starts anything', async () => {
    const { app, log } = makeApp()
    const refused = async (options: object, message: RegExp) => {
      const attempt = serve(app, options as ServeOptions)
      await assert.rejects(attempt, { code: 'ZZZ_OPTION_INVALID', message }, JSON.stringify(options))
    }
    await refused({ prot: 80 }, /^serve: there is no option "prot"; known are port, host,/)
    for (const port of [-1, 65536, 1.5, Number.NaN])
      await refused({ port }, new RegExp(`"port" .* 65535, got ${port}$`))
    await refused({ port: '80' }, /"port" .*got "80"$/)
    await refused({ host: '' }, /"host"/)
    for (const backend of ['apache', 'toString', null, {}])
      await refused({ backend }, /"backend" has to be "zzz", "node" or/)
    for (const drain of [-1, Number.NaN, '1']) await refused({ drain }, /"drain"/)
    await refused({ signals: 'SIGTERM' }, /"signals"/)
    await refused({ onClose: true }, /"onClose"/)
    await refused({ onError: [] }, /"onError"/)
    await refused(
      { limits: { bodySize: 1 } },
      /^serve, limits: there is no option "bodySize"; known are requestLine,/,
    )
    await refused(
      { limits: { body: -1 } },
      /^serve, limits: option "body" has to be a number that is not negative/,
    )
    await refused({ limits: null }, /"limits"/)
    await refused({ timeouts: { header: '5s' } }, /^serve, timeouts: option "header".*"5s"$/)
    await refused({ timeouts: { idle: 1 } }, /"idle"; known are header, body, handler, write, keepAlive$/)
    assert.deepEqual(log, [])
  })

  it('fills in defaults for the back end; undefined counts as not given', async () => {
    let seen: ListenOptions | undefined
    const backend: Backend = {
      name: 'own',
      listen(handle, options) {
        seen = options
        return zzzBackend.listen(handle, options)
      },
    }
    const limits = { body: 5, drain: undefined } as unknown as NonNullable<ServeOptions['limits']>
    await using server = await serve(makeApp().app, {
      port: 0,
      backend,
      limits,
      timeouts: { write: Infinity },
    })
    assert.equal(server.backend, 'own')
    assert.equal(seen?.host, '127.0.0.1')
    assert.deepEqual(seen?.limits, { ...defaultLimits, body: 5 })
    assert.deepEqual(seen?.timeouts, { ...defaultTimeouts, write: Infinity })
  })

  it('does not listen when a service does not start', async () => {
    const app = createApp({
      services: [{ name: 'repo', start: () => Promise.reject(new Error('down')), stop: async () => {} }],
      routes: [],
    })
    await assert.rejects(serve(app, { port: 0 }), {
      code: 'ZZZ_SERVICE_FAILED',
      message: /repo did not start: down/,
    })
  })

  it('has closed even when something fails on the way, and says so', async () => {
    const stuck = makeApp({ stop: new Error('stuck') })
    const server = await serve(stuck.app, { port: 0, onClose: () => void stuck.log.push('onClose') })
    await assert.rejects(server.close(), { code: 'ZZZ_SERVICE_FAILED', message: /stuck/ })
    await server.closed
    assert.deepEqual(stuck.log, ['start', 'stop 10000', 'onClose'])

    const failing = await serve(makeApp().app, {
      port: 0,
      onClose: () => Promise.reject(new Error('onClose')),
    })
    await assert.rejects(failing.close(), { message: 'onClose' })
    await failing.closed
  })

  it('listens for signals while it runs, unless told otherwise', async () => {
    const listeners = () => ['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal))
    const before = listeners()
    const quiet = await serve(makeApp().app, { port: 0, signals: false })
    assert.deepEqual(listeners(), before)
    const server = await serve(makeApp().app, { port: 0 })
    assert.deepEqual(
      listeners(),
      before.map((count) => count + 1),
    )
    await Promise.all([server.close(), quiet.close()])
    assert.deepEqual(listeners(), before)
  })
})
