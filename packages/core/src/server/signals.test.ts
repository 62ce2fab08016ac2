import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'

/** `serving-process.suite.ts` as it runs. */
class ServingProcess implements AsyncDisposable {
  readonly child: ChildProcess
  readonly errors: Promise<string>
  readonly #lines: AsyncIterator<string>
  readonly #exit: Promise<unknown[]>
  port = 0

  constructor(env: Record<string, string>) {
    const file = join(import.meta.dirname, 'serving-process.suite.ts')
    const child = spawn(process.execPath, [file], { env: { ...process.env, ...env } })
    const lines: Interface = createInterface({ input: child.stdout })
    this.child = child
    this.#lines = lines[Symbol.asyncIterator]()
    this.#exit = once(child, 'close')
    this.errors = text(child.stderr)
  }

  static async start(env: Record<string, string>): Promise<ServingProcess> {
    const started = new ServingProcess(env)
    started.port = Number(await started.line())
    return started
  }

  async line(): Promise<string | undefined> {
    const { done, value } = await this.#lines.next()
    return done === true ? undefined : value
  }

  /** A request, with the status, `Connection` and body of its answer. */
  async ask(path: string): Promise<[status: number, connection: string | null, body: string]> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`)
    return [response.status, response.headers.get('connection'), await response.text()]
  }

  /** Waits until nobody can connect any more. */
  async refuses(): Promise<void> {
    for (;;) {
      const socket = connect(this.port, '127.0.0.1')
      const refused = await once(socket, 'connect').then(
        () => false,
        () => true,
      )
      socket.destroy()
      if (refused) return
    }
  }

  /** Waits for the end: exit code and signal. */
  async ended(): Promise<unknown[]> {
    return this.#exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#exit
  }
}

for (const BACKEND of ['zzz', 'node']) {
  describe(`signals: ${BACKEND}`, () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`${signal}: answers what runs, runs onClose, and the process ends by itself`, async () => {
        await using server = await ServingProcess.start({ BACKEND })
        const slow = server.ask('/slow')
        assert.equal(await server.line(), 'slow')
        server.child.kill(signal)
        await server.refuses()
        server.child.stdin?.end('go on')
        assert.deepEqual(await slow, [200, 'close', 'answered'])
        assert.equal(await server.line(), 'onClose')
        assert.deepEqual(await server.ended(), [0, null])
        assert.equal(await server.errors, '')
      })
    }

    it('a second signal ends the process at once', async () => {
      await using server = await ServingProcess.start({ BACKEND })
      const slow = assert.rejects(server.ask('/slow'))
      assert.equal(await server.line(), 'slow')
      server.child.kill('SIGTERM')
      await server.refuses()
      server.child.kill('SIGINT')
      assert.deepEqual(await server.ended(), [null, 'SIGINT'])
      await slow
    })

    it('the process ends by itself after close()', async () => {
      await using server = await ServingProcess.start({ BACKEND })
      assert.deepEqual((await server.ask('/close'))[2], 'closing')
      assert.deepEqual(await server.ended(), [0, null])
      assert.equal(await server.errors, '')
    })
  })
}

describe('signals', () => {
  it('a failure while closing is shown and becomes the exit code', async () => {
    await using server = await ServingProcess.start({ BACKEND: 'zzz', CLOSE_FAILS: 'yes' })
    server.child.kill('SIGTERM')
    assert.deepEqual(await server.ended(), [1, null])
    assert.match(
      await server.errors,
      /The server did not close cleanly: could not close\nError: could not close\n {4}at /,
    )
  })
})
