import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, type AgentOptions, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { createApp, get } from '@zzz/core'
import { type ServeOptions, selfSignedCertificate, serve } from '@zzz/core/server'

const full = process.env.ZZZ_TEST_SIZE === 'full'
/** Certificates that follow one another. */
const swaps = full ? 20 : 3
/** Clients that ask again and again: on one connection each, and on a new one each time. */
const clients = { keeping: 4, renewing: 2 }

const app = createApp({ environment: 'test', routes: [get('/', (ctx) => ctx.text('hello'))] })

const variants: readonly [name: string, options: ServeOptions][] = [
  ['zzz', { backend: 'zzz' }],
  ['node', { backend: 'node' }],
  ['node with HTTP/2', { backend: 'node', http2: true }],
]

describe('certificates that change under load', () => {
  for (const [variant, options] of variants) {
    it(`lose no request on the back end ${variant}`, async (context) => {
      const folder = mkdtempSync(join(tmpdir(), 'zzz-'))
      const pairs = Array.from({ length: swaps + 1 }, () => selfSignedCertificate())
      const ca = pairs.map(({ cert }) => cert)
      const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
      const write = (index: number): void => {
        writeFileSync(cert, pairs[index]?.cert ?? '')
        writeFileSync(key, pairs[index]?.key ?? '')
      }
      write(0)
      const errors: unknown[] = []
      const onError = (error: unknown) => errors.push(error)
      const server = await serve(app, { port: 0, signals: false, tls: { cert, key }, onError, ...options })
      const load = startLoad(server.address.port, ca)
      for (let index = 1; index <= swaps; index++) {
        write(index)
        await load.shown(new X509Certificate(pairs[index]?.cert ?? '').serialNumber)
      }
      const { requests, connections } = await load.stop()
      await server.close()
      rmSync(folder, { recursive: true })
      assert.deepEqual(errors, [])
      assert.equal(connections, clients.keeping, 'open connections stay')
      context.diagnostic(
        `${requests} requests, none failed, while ${swaps} certificates followed one another`,
      )
    })
  }
})

interface LoadResult {
  readonly requests: number
  /** Connections that the clients have made who keep theirs. */
  readonly connections: number
}

/** Clients that ask until they are stopped. Any request that fails fails the whole. */
function startLoad(port: number, ca: readonly string[]) {
  let running = true
  let requests = 0
  let connections = 0
  let seen = ''
  let changed = (): void => {}

  async function ask(agent: Agent): Promise<void> {
    const outgoing = request({ host: '127.0.0.1', port, agent }).end()
    outgoing.on('socket', (socket: TLSSocket) => {
      if (outgoing.reusedSocket) return
      socket.once('secureConnect', () => {
        seen = socket.getPeerX509Certificate()?.serialNumber ?? ''
        changed()
      })
    })
    const [response] = await once(outgoing, 'response')
    assert.equal((await response.toArray()).join(''), 'hello')
    requests++
  }

  async function client(options: AgentOptions): Promise<void> {
    const agent = new Agent({ ...options, ca: [...ca], maxSockets: 1, maxCachedSessions: 0 })
    const { createConnection } = agent as unknown as { createConnection: (...args: unknown[]) => unknown }
    Object.assign(agent, {
      createConnection(...args: unknown[]) {
        if (options.keepAlive) connections++
        return createConnection.apply(agent, args)
      },
    })
    while (running) await ask(agent)
    agent.destroy()
  }

  const all = Promise.all([
    ...Array.from({ length: clients.keeping }, () => client({ keepAlive: true })),
    ...Array.from({ length: clients.renewing }, () => client({ keepAlive: false })),
  ])
  return {
    /** Resolves when a new connection was shown this certificate. */
    async shown(serial: string): Promise<void> {
      while (seen !== serial) {
        const next = new Promise<void>((resolve) => {
          changed = resolve
        })
        // A request that fails ends the wait too.
        await Promise.race([next, all])
      }
    },
    async stop(): Promise<LoadResult> {
      running = false
      await all
      return { requests, connections }
    },
  }
}
