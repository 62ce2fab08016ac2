import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { BoundSocket, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { serve } from '../serve.ts'
import { selfSignedCertificate } from '../tls/self-signed.ts'
import { exchange, load, open } from './load.suite.ts'
import { Program } from './program.suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-workers-'))
after(() => rmSync(folder, { recursive: true }))

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`
const bodyOf = (reply: unknown): string => String(reply).split('\r\n\r\n')[1] ?? ''

/** A file whose word says what goes wrong when a worker starts. */
function startFile(name: string): { env: { START: string }; say(word: string): void } {
  const START = join(folder, name)
  const say = (word: string): void => writeFileSync(START, word)
  say('')
  return { env: { START }, say }
}

describe('the primary of workers', () => {
  it('fails to start with the error of its first worker', async () => {
    const start = startFile('throw')
    start.say('throw')
    await using program = Program.begin({ env: start.env })
    assert.deepEqual(await program.ended(), [1, null])
    assert.match(
      await program.errors,
      /ZzzError \[ZZZ_SERVICE_FAILED\]: Service repo did not start: the database is down/,
    )
    assert.equal(program.workers.length, 1, 'the others are not even started')
  })

  it('fails to start when a worker ends, or takes too long', async () => {
    const start = startFile('exit')
    start.say('exit')
    await using ending = Program.begin({ env: start.env })
    assert.deepEqual(await ending.ended(), [1, null])
    assert.match(await ending.errors, /ZZZ_WORKER_FAILED\]: Worker \d+ ended with code 7 before it served/)
    start.say('hang')
    const workers = { count: 2, startTimeout: 500 }
    await using hanging = Program.begin({ env: start.env, options: { workers } })
    assert.deepEqual(await hanging.ended(), [1, null])
    assert.match(
      await hanging.errors,
      /ZZZ_WORKER_FAILED\]: Worker \d+ did not serve within 500 ms: a service may wait/,
    )
  })

  it('fails to start where somebody listens', async () => {
    await using program = await Program.start()
    await using other = Program.begin({ options: { port: program.address.port } })
    assert.deepEqual(await other.ended(), [1, null])
    assert.match(
      await other.errors,
      /ZZZ_LISTEN_FAILED\]: Cannot listen on 127.0.0.1 port \d+: another process listens/,
    )
    assert.deepEqual(other.workers, [])
  })

  it('refuses impossible options', async () => {
    const app = { handle: () => assert.fail(), start: async () => {}, stop: async () => {} }
    for (const workers of [
      0,
      1.5,
      -1,
      {},
      { count: 'many' },
      { count: 1, startTimeout: -1 },
      { count: 1, n: 1 },
    ]) {
      await assert.rejects(serve(app, { workers } as object), {
        code: 'ZZZ_OPTION_INVALID',
        message: /workers/,
      })
    }
  })

  it('lets one server of a program have workers', async () => {
    await using program = await Program.start()
    assert.ok(program.lines.includes(`primary ${program.pid} ZZZ_OPTION_INVALID`))
    const [worker] = program.workers
    assert.ok(program.lines.includes(`worker ${worker} ZZZ_OPTION_INVALID`))
  })

  it('keeps the socket when all workers are killed at once: connections wait for the next one', async () => {
    await using program = await Program.start({ options: { workers: 1 } })
    await exchange(open(program.address), request('/die'))
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => exchange(open(program.address), request('/'))),
    )
    assert.equal(new Set(replies.map(bodyOf)).size, 1)
    assert.equal(bodyOf(replies[0]), String(program.workers[1]))
  })

  it('gives up when no worker serves and none can be started', async () => {
    const start = startFile('later')
    await using program = await Program.start({ options: { workers: 1 }, env: start.env })
    start.say('exit')
    await exchange(open(program.address), request('/die'))
    assert.deepEqual(await program.ended(), [1, null])
    const errors = await program.errors
    assert.equal(errors.match(/ZzzUnhandledError: .*ended with code 7 before it served/g)?.length, 5)
    assert.match(errors, /No worker serves, and 5 in a row could not be started: given up/)
    assert.equal(program.lines.at(-1), 'primary onClose')
  })

  it('keeps the old workers when their replacement does not start', async () => {
    const start = startFile('restart')
    await using program = await Program.start({ env: start.env })
    start.say('throw')
    program.signal('SIGHUP')
    await program.line(/^start/)
    start.say('')
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => exchange(open(program.address), request('/'))),
    )
    const before = program.workers.slice(0, 2).map(String)
    assert.ok(replies.every((reply) => before.includes(bodyOf(reply))))
    program.signal('SIGTERM')
    assert.deepEqual(await program.ended(), [0, null])
  })

  it('counts the connections of all workers', async () => {
    await using program = await Program.start()
    const sockets = Array.from({ length: 10 }, () => open(program.address))
    await Promise.all(sockets.map((socket) => exchange(socket, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')))
    while ((await program.connections()) < 10);
    for (const socket of sockets) socket.destroy()
    while ((await program.connections()) > 0);
  })
})

describe('signals and workers', () => {
  for (const to of ['primary', 'group'] as const) {
    it(`SIGTERM to the ${to}: answers what runs, closes everything, and ends`, async () => {
      await using program = await Program.start()
      const slow = exchange(open(program.address), request('/wait/300'))
      await program.line(/^waiting/)
      program.signal('SIGTERM', to)
      assert.match(bodyOf(await slow), /^\d+$/)
      assert.deepEqual(await program.ended(), [0, null])
      assert.equal(await program.errors, '')
      assert.equal(program.lines.filter((line) => line.startsWith('stop')).length, 2)
      assert.equal(program.lines.at(-1), 'primary onClose')
    })
  }

  it('a second signal kills all, even a worker that hangs', async () => {
    await using program = await Program.start()
    const blocked = exchange(open(program.address), request('/block'))
    await program.line(/^blocked/)
    program.signal('SIGTERM')
    // The other one closes at once.
    await program.line(/^worker onClose/)
    program.signal('SIGINT')
    assert.deepEqual(await program.ended(), [null, 'SIGINT'])
    assert.equal(typeof (await blocked), 'object')
  })

  it('a worker that is told to end is replaced first', async () => {
    await using program = await Program.start({ options: { workers: 1 } })
    const [worker] = program.workers as [number]
    const clients = load(program.address, { keepAlive: 4, close: 4 })
    await clients.answers(50)
    process.kill(worker, 'SIGTERM')
    await program.line(/^worker onClose/)
    await clients.answers(50)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    assert.deepEqual([...clients.workers], program.workers)
  })

  it('a worker that closes its server is replaced', async () => {
    await using program = await Program.start({ options: { workers: 1 } })
    assert.equal(bodyOf(await exchange(open(program.address), request('/close'))), 'closing')
    assert.equal(bodyOf(await exchange(open(program.address), request('/'))), String(program.workers[1]))
  })

  it('workers end when their primary is killed', async () => {
    await using program = await Program.start()
    program.signal('SIGKILL')
    // Resolves when nobody holds its output any more.
    assert.deepEqual(await program.ended(), [null, 'SIGKILL'])
  })

  it('a failure of a worker to close becomes the exit code', async () => {
    const start = startFile('close')
    start.say('close')
    await using program = await Program.start({ env: start.env })
    program.signal('SIGTERM')
    assert.deepEqual(await program.ended(), [1, null])
    assert.match(await program.errors, /Worker \d+ ended with code 1 while it closed/)
  })
})

describe('sockets of workers', () => {
  it('may be of the Unix domain', async () => {
    const path = join(folder, 'app.sock')
    await using program = await Program.start({ options: { path } })
    assert.deepEqual(program.address, { host: '', port: 0, path, url: `unix:${path}` })
    const answered = new Set<string>()
    while (answered.size < 2) answered.add(bodyOf(await exchange(open(program.address), request('/'))))
    program.signal('SIGTERM')
    assert.deepEqual(await program.ended(), [0, null])
    await assert.rejects(once(connect(path), 'connect'), { code: 'ENOENT' })
  })

  it('may be inherited', async () => {
    const bound = new BoundSocket({ host: '127.0.0.1', port: 0 })
    const { port } = bound.address()
    await using program = await Program.start({
      options: { fd: 'systemd' },
      env: { LISTEN_FDS: '1' },
      fd: bound.fd(),
    })
    assert.equal(program.address.port, port)
    await exchange(open(program.address), request('/die'))
    const reply = await exchange(open(program.address), request('/'))
    assert.match(bodyOf(reply), /^\d+$/)
    program.signal('SIGTERM')
    assert.deepEqual(await program.ended(), [0, null])
    bound.close()
  })

  it('may be inherited ones of the Unix domain, whose path nobody knows', async () => {
    const path = join(folder, 'inherited.sock')
    const bound = new BoundSocket({ path } as object)
    await using program = await Program.start({ options: { fd: 3 }, fd: bound.fd() })
    assert.deepEqual(program.address, { host: '', port: 0, url: 'unix:' })
    const reply = await exchange(open({ ...program.address, path }), request('/'))
    assert.match(bodyOf(reply), /^\d+$/)
    bound.close()
  })

  it('speak TLS, and a session goes on with another worker', async () => {
    const certificate = selfSignedCertificate()
    await using program = await Program.start({ env: { TLS: JSON.stringify(certificate) } })
    const { port } = program.address
    const first = await secure(port, certificate.cert)
    const answered = new Set([first.worker])
    while (answered.size < 2) {
      const next = await secure(port, certificate.cert, first.session)
      assert.equal(next.resumed, true)
      answered.add(next.worker)
    }
  })
})

describe('HTTP/2 and workers', () => {
  it('a client is asked to leave a worker that is replaced, and loses nothing', async () => {
    const { cert, key } = selfSignedCertificate()
    await using program = await Program.start({
      // Long enough that nothing but the request to leave can end the connection.
      options: { backend: 'node', http2: true, workers: { count: 1, handOver: 60_000 } },
      env: { TLS: JSON.stringify({ cert, key }) },
    })
    const session = connectHttp2(`https://localhost:${program.address.port}`, { ca: cert })
    const closed = once(session, 'close')
    const [worker] = program.workers
    assert.equal(await text(session.request({ ':path': '/' })), String(worker))
    program.signal('SIGHUP')
    while (!session.closed) {
      assert.equal(await text(session.request({ ':path': '/' })), String(worker))
      // Node's client hears of it a turn late, and never ends what it was given meanwhile.
      await turn()
    }
    await closed
    await program.line(/^worker onClose/)
    assert.equal(program.workers.length, 2)
  })
})

/** One request over TLS: who answered, whether the session was resumed, and the session. */
async function secure(port: number, ca: string, session?: Buffer) {
  const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca, session })
  let latest: Buffer | undefined
  socket.on('session', (ticket: Buffer) => {
    latest = ticket
  })
  await once(socket, 'secureConnect')
  const resumed = socket.isSessionReused()
  socket.write(request('/'))
  return { worker: bodyOf(await text(socket)), resumed, session: latest }
}
