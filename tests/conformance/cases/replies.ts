import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type FileRange, fileRange, type Outcome, Reply, type ReplyBody } from '@zzz/core'
import { type Case, check, get, message, type Trial } from '../case.ts'
import { deferred } from '../deferred.ts'
import type { RawResponse } from '../response.ts'

/** Bodies of every kind that carry the same text, each with what the server knows of its length. */
const kinds: Readonly<Record<string, { readonly known: boolean; make(): ReplyBody }>> = {
  string: { known: true, make: () => 'hé!' },
  bytes: { known: true, make: () => Buffer.from('hé!') },
  'a web stream': { known: false, make: () => ReadableStream.from([Buffer.from('h'), 'é!']) },
  'a node stream': { known: false, make: () => Readable.from([Buffer.from('h'), Buffer.from('é!')]) },
  'a generator': { known: false, make: () => letters('h', 'é', '', '!') },
}

/** RFC 9110 sections 6.4, 8.6, 9.3.2, 15 and RFC 9112 section 6: what a reply looks like on the wire. */
export const replies: readonly Case[] = [
  ...Object.entries(kinds).flatMap(([kind, { known, make }]) => [
    check(`RFC 9112 6: GET of ${kind}`, async (trial) => {
      const response = await answer(trial, () => new Reply(200, make()), 'GET')
      assert.equal(String(response.body), 'hé!')
      assert.equal(response.headers.get('content-length'), known ? '4' : undefined)
      assert.equal(response.headers.get('transfer-encoding'), known ? undefined : 'chunked')
    }),
    check(`RFC 9110 9.3.2: HEAD of ${kind}`, async (trial) => {
      const response = await answer(trial, () => new Reply(200, make()), 'HEAD')
      assert.equal(response.headers.get('content-length'), known ? '4' : undefined)
    }),
    ...[204, 304].map((status) =>
      check(`RFC 9110 15: ${status} with ${kind} has no body`, async (trial) => {
        const response = await answer(trial, () => new Reply(status, make()), 'GET')
        assert.equal(response.status, status)
        assert.equal(response.headers.has('transfer-encoding'), false)
        if (status === 204) assert.equal(response.headers.has('content-length'), false)
      }),
    ),
    check(`RFC 9110 15.3.6: 205 with ${kind} has no body`, async (trial) => {
      const response = await answer(trial, () => new Reply(205, make()), 'GET')
      assert.equal(String(response.body), '')
      assert.equal(response.headers.get('content-length'), '0')
    }),
  ]),
  check('RFC 9112 6: GET without a body', async (trial) => {
    const response = await answer(trial, () => new Reply(200, null), 'GET')
    assert.equal(response.headers.get('content-length'), '0')
  }),
  check('RFC 9110 9.3.2: HEAD without a body keeps the length the handler gives', async (trial) => {
    const reply = () => new Reply(200, null).header('content-length', '1234')
    assert.equal((await answer(trial, reply, 'HEAD')).headers.get('content-length'), '1234')
  }),
  check('RFC 9112 6: a false content-length beside a known body is corrected', async (trial) => {
    const reply = () => new Reply(200, 'hello').header('content-length', '50')
    assert.equal(String((await answer(trial, reply, 'GET')).body), 'hello')
  }),
  check('RFC 9110 8.6: 304 keeps the length the handler gives', async (trial) => {
    const reply = () => new Reply(304, null).header('content-length', '1234')
    assert.equal((await answer(trial, reply, 'GET')).headers.get('content-length'), '1234')
  }),
  check('RFC 9110 6.6.1: a date is added', async (trial) => {
    const date = (await answer(trial, () => new Reply(200, 'x'), 'GET')).headers.get('date') ?? ''
    assert.match(date, /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/)
    assert.ok(Math.abs(Date.parse(date) - Date.now()) < 5000)
  }),
  check('RFC 9110 6.6.1: a date of the handler’s own is kept, once', async (trial) => {
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
    const response = await answer(trial, () => new Reply(200, 'x').header('date', date), 'GET')
    assert.equal(response.headers.get('date'), date)
  }),
  check('RFC 9110 7.6.1: what a handler says about the connection is dropped', async (trial) => {
    const reply = () =>
      new Reply(200, 'hello')
        .header('transfer-encoding', 'gzip')
        .header('keep-alive', 'timeout=5')
        .header('connection', 'x-mine')
        .header('x-mine', 'kept')
    const { headers, body } = await answer(trial, reply, 'GET')
    assert.equal(String(body), 'hello')
    assert.equal(headers.has('keep-alive'), false)
    assert.equal(headers.has('connection'), false)
    assert.equal(headers.get('x-mine'), 'kept')
  }),
  check('RFC 6265 3: each Set-Cookie stays a line of its own, in order', async (trial) => {
    const reply = () =>
      new Reply(200, 'x').append('set-cookie', 'a=1').append('x-between', '1').append('set-cookie', 'b=2')
    const { lines } = await answer(trial, reply, 'GET')
    assert.deepEqual(
      lines.filter((line) => /^(?:set-cookie|x-between):/i.test(line)).map((line) => line.toLowerCase()),
      ['set-cookie: a=1', 'x-between: 1', 'set-cookie: b=2'],
    )
  }),
  check('RFC 9110 5.5: a value above ASCII goes out as Latin-1', async (trial) => {
    const plain = [null, 'text', 'x'.repeat(100_000)].map((body) => () => body)
    for (const make of [...plain, ...Object.values(kinds).map((kind) => kind.make)]) {
      const reply = () => new Reply(200, make()).header('x-name', 'Zoë')
      assert.equal((await answer(trial, reply, 'GET')).headers.get('x-name'), 'Zoë')
    }
  }),
  check('RFC 9112 4: every status from 200 to 599, with a reason where there is one', async (trial) => {
    const subject = await trial.server({
      handle: (request) => new Reply(Number(request.path.slice(1)), null),
    })
    const client = await trial.client(subject)
    for (const status of [200, 201, 207, 299, 302, 307, 400, 404, 418, 431, 499, 500, 503, 511, 599]) {
      client.send(get(`/${status}`))
      assert.equal((await client.response()).status, status)
    }
  }),
  check('RFC 9110 15.2: a handler cannot answer with 1xx', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(102, null) })
    const client = await trial.client(subject)
    client.send(get('/'))
    assert.equal((await client.response()).status, 500)
  }),
  check('CWE-113: a header that would split the reply never leaves the handler', async (trial) => {
    for (const [name, value] of [
      ['x-name', 'a\r\nset-cookie: b=1'],
      ['x-name', 'a\nb'],
      ['x-name', 'a\rb'],
      ['x-name', 'a\0b'],
      ['x-name', 'a\u010d\u010ab'],
      ['x: y\r\nz', '1'],
      ['x y', '1'],
    ] as const) {
      const subject = await trial.server({ handle: () => new Reply(200, 'x').append(name, value) })
      const client = await trial.client(subject)
      client.send(get('/'))
      const response = await client.response()
      assert.equal(response.status, 500)
      const leaked = [...response.headers.keys()].filter((one) => one.startsWith('x') || one === 'set-cookie')
      assert.deepEqual(leaked, [])
      assert.equal(subject.errors.length, 1)
    }
  }),
  check('a reply that is sent twice is a fault the second time', async (trial) => {
    const kept = new Reply(200, 'once')
    const subject = await trial.server({ handle: () => kept })
    const client = await trial.client(subject)
    client.send(get('/'))
    assert.equal((await client.response()).status, 200)
    client.send(get('/'))
    assert.equal((await client.response()).status, 500)
  }),
  check('a handle that throws or rejects is a 500, and reported', async (trial) => {
    const subject = await trial.server({
      handle(request) {
        if (request.path === '/throw') throw new Error('thrown')
        return Promise.reject(new Error('rejected'))
      },
    })
    const client = await trial.client(subject)
    for (const path of ['/throw', '/reject']) {
      client.send(get(path))
      assert.equal((await client.response()).status, 500)
    }
    assert.deepEqual(subject.errors.map(String), ['Error: thrown', 'Error: rejected'])
  }),
  check('the outcome says what was sent, once, for each kind of body', async (trial) => {
    for (const { make } of Object.values(kinds)) {
      assert.deepEqual(await outcomeOf(trial, () => new Reply(201, make()), 'GET'), [201, 4, false])
      assert.deepEqual(await outcomeOf(trial, () => new Reply(201, make()), 'HEAD'), [201, 0, false])
    }
  }),
  check('RFC 9110 14: a file, a range of it, and its HEAD; it is closed each time', async (trial) => {
    const folder = await mkdtemp(join(tmpdir(), 'zzz-'))
    try {
      const path = join(folder, 'file')
      await writeFile(path, 'x'.repeat(200_000) + 'end')
      for (const [method, options, length] of [
        ['GET', {}, 200_003],
        ['GET', { start: 199_998, length: 5 }, 5],
        ['GET', { start: 200_003 }, 0],
        ['HEAD', {}, 200_003],
      ] as const) {
        const file = await fileRange(path, options)
        const closed = closing(file)
        const response = await answer(trial, () => new Reply(200, file), method)
        assert.equal(response.headers.get('content-length'), String(length))
        if (method === 'GET') assert.equal(response.body.length, length)
        await closed
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  }),
]

/** The reply to one request; the next one on the connection must be understood too. */
async function answer(trial: Trial, reply: () => Reply, method: string): Promise<RawResponse> {
  const subject = await trial.server({
    handle: (request) => (request.path === '/next' ? new Reply(200, 'next') : reply()),
  })
  const client = await trial.client(subject)
  client.send(message(`${method} / HTTP/1.1`, ['Host: a']) + get('/next'))
  const response = await client.response(method)
  assert.equal(String((await client.response()).body), 'next')
  assert.deepEqual(subject.errors, [])
  return response
}

async function outcomeOf(trial: Trial, reply: () => Reply, method: string): Promise<unknown[]> {
  const settled = deferred<Outcome>()
  let times = 0
  const subject = await trial.server({
    handle(request) {
      request.onSettled((outcome) => {
        times++
        settled.resolve(outcome)
      })
      return reply()
    },
  })
  const client = await trial.client(subject)
  client.send(message(`${method} / HTTP/1.1`, ['Host: a', 'Connection: close']))
  await client.closed()
  const { status, bytesSent, aborted } = await settled.promise
  assert.equal(times, 1)
  return [status, bytesSent, aborted]
}

/** Resolves when the file is closed. */
function closing(range: FileRange): Promise<void> {
  return new Promise((resolve) => {
    const { close } = range
    range.close = async () => {
      await close()
      resolve()
    }
  })
}

async function* letters(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts
}
