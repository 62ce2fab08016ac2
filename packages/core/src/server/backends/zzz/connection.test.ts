import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { Reply } from '../../../http/reply.ts'
import { isPromise } from '../../../internal/maybe-promise.ts'
import type { Handle, Listener } from '../../backend.ts'
import { defaultLimits, type Limits } from '../../limits.ts'
import { defaultTimeouts } from '../../timeouts.ts'
import { zzzBackend } from './zzz-backend.ts'

/** What the conformance suite cannot reach, since it depends on how bytes are cut into reads. */
describe('Connection', () => {
  const cleanup: (() => void)[] = []
  afterEach(() => {
    for (const clean of cleanup.splice(0)) clean()
  })

  async function start(handle: Handle, limits: Partial<Limits> = {}): Promise<Socket> {
    const listener: Listener = await zzzBackend.listen(handle, {
      host: '127.0.0.1',
      port: 0,
      limits: { ...defaultLimits, ...limits },
      timeouts: defaultTimeouts,
      onError: (error) => assert.fail(String(error)),
    })
    const client = connect({ port: listener.address.port, host: '127.0.0.1', noDelay: true })
    cleanup.push(() => {
      client.destroy()
      void listener.stopAccepting()
      listener.destroy()
    })
    await once(client, 'connect')
    return client.setEncoding('latin1')
  }

  /** Reads until the text has come. */
  async function until(client: Socket, wanted: string): Promise<string> {
    let received = ''
    while (!received.includes(wanted)) received += (await once(client, 'data'))[0]
    return received
  }

  it('goes on reading when a body that nobody reads is whole, though it is larger than what is buffered', async () => {
    const release = Promise.withResolvers<void>()
    const client = await start(async (request) => {
      if (request.path === '/late') await release.promise
      return new Reply(200, `answer ${request.path};`)
    })
    const body = Buffer.alloc(70_000, 'x')
    client.write(`POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`)
    await new Promise<unknown>((resolve) => client.write(body, resolve))
    // The server, in this process, reads it.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    release.resolve()
    await until(client, 'answer /late;')
    client.write('GET /next HTTP/1.1\r\nHost: a\r\n\r\n')
    await until(client, 'answer /next;')
  })

  it('gives the next request its turn when a whole body is read late', async () => {
    const release = Promise.withResolvers<void>()
    const client = await start(async (request) => {
      if (request.path === '/late') await release.promise
      return new Reply(200, `${(await request.bytes()).length} ${request.path};`)
    })
    client.write(`POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n`)
    client.write(Buffer.alloc(70_000))
    client.write('GET /next HTTP/1.1\r\nHost: a\r\n\r\n')
    release.resolve()
    const received = await until(client, '/next;')
    assert.match(received, /70000 \/late;[\s\S]*0 \/next;/)
  })

  it('refuses a header block that is one byte too long, instead of waiting for more', async () => {
    const client = await start(() => new Reply(200, null), { headerBytes: 60 })
    client.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(61 - 9 - 5)}\r\n\r\n`)
    assert.match(await until(client, '\r\n\r\n'), /^HTTP\/1\.1 431 /)
  })

  it('answers what came in one read with one write, in order', async () => {
    const client = await start((request) => new Reply(200, request.path))
    const targets = Array.from({ length: 50 }, (_, index) => `/${index}`)
    client.write(targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
    const received = await until(client, '\r\n\r\n/49')
    assert.deepEqual(
      [...received.matchAll(/\r\n\r\n(\/\d+)/g)].map(([, target]) => target),
      targets,
    )
  })

  it('frees what it read of a body that goes back as it is, and nothing else', async () => {
    const size = 1024 * 1024
    const kept: Uint8Array[] = []
    const sent: Uint8Array[] = []
    const client = await start(async (request) => {
      if (request.path === '/keep') {
        kept.push(await request.bytes())
        return new Reply(200, null)
      }
      const body = request.body
      const read = body.read.bind(body)
      body.read = () => {
        const note = (chunk: Uint8Array | null) => {
          if (chunk !== null) sent.push(chunk)
          return chunk
        }
        const chunk = read()
        return isPromise(chunk) ? chunk.then(note) : note(chunk)
      }
      return new Reply(200, body).header('content-length', String(size))
    })
    const text = Array.from({ length: size / 8 }, (_, index) => String(index).padStart(8, '0')).join('')
    const post = (path: string, length: number) =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`
    const received = until(client, `${text.slice(-8)}HTTP/1.1 200 OK`)
    client.write(`${post('/keep', 4)}kept${post('/echo', size)}${text}${post('/keep', 4)}more`)
    assert.ok((await received).includes(`\r\n\r\n${text}HTTP/1.1 200 OK`))
    assert.deepEqual(
      kept,
      ['kept', 'more'].map((word) => Buffer.from(word)),
    )
    const freed = sent.filter(({ length }) => length === 0)
    assert.ok(freed.length > 1, `${freed.length} of ${sent.length}`)
  })
})
