import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../clock.suite.ts'
import { ZzzError } from '../errors.ts'
import { type EventStreamOptions, eventStream, type ServerEvents } from './event-stream.ts'
import type { StreamBody } from './reply.ts'
import { makeRequest } from './request.suite.ts'
import type { ServerEvent } from './server-event.ts'

function open(source: ServerEvents, options: EventStreamOptions = {}, headers: Record<string, string> = {}) {
  const request = makeRequest({ headers })
  const server = new AbortController()
  const reply = eventStream(request, server.signal, source, options)
  const stream = (reply.body as StreamBody)[Symbol.asyncIterator]()
  const read = async () => {
    const { done, value } = await stream.next()
    return done === true ? null : value
  }
  return { request, server, reply, stream, read }
}

/** A source that gives what a test pushes, and tells how it went. */
function pushed() {
  const waiting: ((data: string) => void)[] = []
  const log: string[] = []
  async function* source({ signal }: { signal: AbortSignal }) {
    signal.addEventListener('abort', () => log.push('aborted'))
    try {
      for (;;) {
        log.push('asked')
        yield { data: await new Promise<string>((resolve) => waiting.push(resolve)) }
      }
    } finally {
      log.push('finally')
    }
  }
  return { source, log, push: (data: string) => waiting.shift()?.(data), waits: () => waiting.length > 0 }
}

async function* none(): AsyncGenerator<ServerEvent> {}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('eventStream', () => {
  it('says what it is, opens at once, and ends with its source', async () => {
    async function* source() {
      yield { id: 1, data: 'a' }
      yield { event: 'x', data: { b: 2 } }
    }
    const { reply, read } = open(source)
    assert.equal(reply.statusCode, 200)
    assert.deepEqual(
      [...reply.headers],
      [
        ['content-type', 'text/event-stream'],
        ['cache-control', 'no-cache, no-transform'],
        ['x-accel-buffering', 'no'],
      ],
    )
    const pieces = [await read(), await read(), await read(), await read(), await read()]
    assert.deepEqual(pieces, [':\n\n', 'id: 1\ndata: a\n\n', 'event: x\ndata: {"b":2}\n\n', null, null])
  })

  it('takes an iterable, and says when to come back', async () => {
    const { read } = open(none(), { retry: 500 })
    assert.deepEqual([await read(), await read()], ['retry: 500\n\n', null])
  })

  it('tells the source what the client has seen last', async () => {
    const seen: (string | undefined)[] = []
    async function* source({ lastEventId }: { lastEventId: string | undefined }) {
      seen.push(lastEventId)
      yield* []
    }
    const sent = Buffer.from('grün').toString('latin1')
    for (const headers of [{}, { 'last-event-id': '41' }, { 'last-event-id': sent }]) {
      const { read } = open(source, {}, headers as Record<string, string>)
      await read()
      await read()
    }
    assert.deepEqual(seen, [undefined, '41', 'grün'])
  })

  it('sends a comment whenever nothing came for a while', async () => {
    const clock = manualClock()
    const { source, push, waits } = pushed()
    const { read, stream } = open(source, { heartbeat: 1000, clock })
    await read()
    for (let beat = 0; beat < 3; beat++) {
      const piece = read()
      clock.advance(999)
      clock.advance(1)
      assert.equal(await piece, ':\n\n')
    }
    const event = read()
    clock.advance(999)
    while (!waits()) await turn()
    push('a')
    assert.equal(await event, 'data: a\n\n')
    assert.equal(clock.waiting, 0)
    const last = read()
    assert.equal(clock.waiting, 1)
    await stream.return?.()
    assert.equal(await last, null)
    assert.equal(clock.waiting, 0)
  })

  it('sends none when told', async () => {
    const clock = manualClock()
    const { source } = pushed()
    const { read, stream } = open(source, { heartbeat: false, clock })
    await read()
    void read()
    assert.equal(clock.waiting, 0)
    await stream.return?.()
  })

  it('asks for an event only when the last one was taken', async () => {
    const { source, log, push, waits } = pushed()
    const { read, stream } = open(source)
    await read()
    await turn()
    assert.deepEqual(log, [])
    const first = read()
    while (!waits()) await turn()
    push('a')
    await first
    await turn()
    assert.deepEqual(log, ['asked'])
    await stream.return?.()
  })

  it('ends its source when the client leaves, also while it waits', async () => {
    const { source, log, push, waits } = pushed()
    const { read, stream } = open(source)
    await read()
    const event = read()
    while (!waits()) await turn()
    await stream.return?.()
    assert.equal(await event, null)
    assert.deepEqual(log, ['asked', 'aborted'])
    push('too late')
    await turn()
    assert.deepEqual(log, ['asked', 'aborted', 'finally'])
  })

  it('breaks off when the client leaves, and never starts after that', async () => {
    const gone = new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'gone')
    const { source, log, waits } = pushed()
    const first = open(source)
    await first.read()
    const event = first.read()
    while (!waits()) await turn()
    first.request.abort(gone)
    await assert.rejects(event, gone)
    assert.deepEqual(log, ['asked', 'aborted'])
    const late = pushed()
    const second = open(late.source)
    second.request.abort(gone)
    await assert.rejects(second.read(), gone)
    assert.deepEqual(late.log, [])
  })

  it('ends when the server is about to close, and never starts after that', async () => {
    const { source, log, waits } = pushed()
    const first = open(source)
    await first.read()
    const event = first.read()
    while (!waits()) await turn()
    first.server.abort()
    first.request.abort(new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'gone after that'))
    assert.equal(await event, null)
    assert.deepEqual(log, ['asked', 'aborted'])
    const late = pushed()
    const second = open(late.source)
    second.server.abort()
    assert.equal(await second.read(), null)
    assert.deepEqual(late.log, [])
  })

  it('starts no function and ends an iterable for a reply that is not sent', async () => {
    let called = false
    await open(() => {
      called = true
      return none()
    }).stream.return?.()
    assert.equal(called, false)
    let returned = false
    const iterable = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: true as const, value: undefined }),
        async return() {
          returned = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    await open(iterable).stream.return?.()
    assert.equal(returned, true)
  })

  it('breaks off where its source fails or gives what cannot be sent', async () => {
    async function* failing() {
      yield { data: 'a' }
      throw new Error('no more')
    }
    let ended = false
    async function* forging() {
      try {
        yield { id: 'a\nb', data: '' }
      } finally {
        ended = true
      }
    }
    const first = open(failing)
    assert.deepEqual([await first.read(), await first.read()], [':\n\n', 'data: a\n\n'])
    await assert.rejects(first.read(), /no more/)
    assert.equal(await first.read(), null)
    const second = open(forging)
    await second.read()
    await assert.rejects(second.read(), { code: 'ZZZ_EVENT_INVALID' })
    await turn()
    assert.equal(ended, true)
    const third = open(() => {
      throw new Error('at once')
    })
    await assert.rejects(third.read(), /at once/)
    assert.equal(await third.read(), null)
  })

  it('reports what a source throws after its end, unless that is the end itself', async (t) => {
    const warnings: string[] = []
    const hear = (warning: Error) => warnings.push(warning.message)
    process.on('warning', hear)
    t.after(() => process.off('warning', hear))
    const rethrow = [
      (signal: AbortSignal) => signal.reason,
      (signal: AbortSignal) => new Error('wrapped', { cause: signal.reason }),
      () => new DOMException('x', 'AbortError'),
      () => new Error('a real fault'),
    ]
    for (const makeError of rethrow) {
      async function* source({ signal }: { signal: AbortSignal }): AsyncGenerator<{ data: string }> {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        throw makeError(signal)
      }
      const { read, stream } = open(source)
      await read()
      const event = read()
      await turn()
      await stream.return?.()
      await event
    }
    await turn()
    await turn()
    assert.deepEqual(warnings, ['The source of an event stream failed after its end: a real fault'])
  })

  it('survives a source that cannot be ended, whoever ends it', async (t) => {
    const warnings: string[] = []
    const hear = (warning: Error) => warnings.push(warning.message)
    process.on('warning', hear)
    t.after(() => process.off('warning', hear))
    const endings = [
      () => {
        throw new Error('at once')
      },
      () => ({ done: true, value: undefined }),
      () => {
        throw Object.create(null)
      },
    ]
    for (const end of endings) {
      const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: end }) }
      const { read, server } = open(source as unknown as ServerEvents)
      await read()
      const event = read()
      await turn()
      server.abort()
      assert.equal(await event, null)
    }
    await turn()
    await turn()
    const late = 'The source of an event stream failed after its end'
    assert.deepEqual(warnings, [`${late}: at once`, `${late}: something was thrown that has no text`])
  })

  it('refuses sources and options that cannot be', () => {
    assert.throws(() => open([] as never), { code: 'ZZZ_REPLY_BODY' })
    assert.throws(() => open(undefined as never), { code: 'ZZZ_REPLY_BODY' })
    for (const options of [
      { heartbeat: 0 },
      { heartbeat: true },
      { heartbeat: 2 ** 31 },
      { clock: {} },
      { retry: -1 },
      { retry: 'x' },
      { delay: 1 },
    ]) {
      assert.throws(() => open(none, options as EventStreamOptions), {
        code: 'ZZZ_OPTION_INVALID',
      })
    }
  })
})
