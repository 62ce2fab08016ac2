import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { ZzzError } from '../errors.ts'
import { IncomingBody } from './incoming-body.ts'

const half = Buffer.alloc(32 * 1024, 'x')
const gone = new ZzzError('ZZZ_CLIENT_DISCONNECTED', 'gone')

/** A body and what it asked of its connection, in order. */
function incoming(length?: number) {
  const asked: string[] = []
  const ask = (what: string) => () => void asked.push(what)
  const flow = {
    started: ask('started'),
    pause: ask('pause'),
    resume: ask('resume'),
    cancelled: ask('cancelled'),
  }
  return { body: new IncomingBody(flow, length), asked }
}

describe('IncomingBody: reading', () => {
  it('gives at once what is here, and later what comes', async () => {
    const { body } = incoming(4)
    assert.equal(body.length, 4)
    body.push(Buffer.from('ab'))
    assert.deepEqual(body.read(), Buffer.from('ab'))
    const later = body.read()
    body.push(Buffer.from('cd'))
    assert.deepEqual(await later, Buffer.from('cd'))
    const end = body.read()
    body.end()
    assert.equal(await end, null)
    assert.equal(body.read(), null)
    assert.equal(body.complete, true)
  })

  it('keeps order and can be iterated', async () => {
    const { body } = incoming()
    for (const piece of ['a', 'b', 'c']) body.push(Buffer.from(piece))
    body.end()
    assert.equal(await text(body), 'abc')
  })

  it('is disturbed by a read and by a cancellation, not by what arrives', () => {
    const { body } = incoming()
    body.push(Buffer.from('a'))
    assert.equal(body.disturbed, false)
    body.read()
    assert.equal(body.disturbed, true)
    const cancelled = incoming().body
    cancelled.cancel()
    assert.equal(cancelled.disturbed, true)
  })

  it('says once when somebody reads for the first time, but not for what has arrived already', () => {
    const { body, asked } = incoming()
    body.push(Buffer.from('a'))
    assert.deepEqual(asked, [])
    body.read()
    body.push(Buffer.from('b'))
    body.read()
    assert.deepEqual(asked, ['started'])
    const whole = incoming()
    whole.body.push(Buffer.from('a'))
    whole.body.end()
    whole.body.read()
    assert.deepEqual(whole.asked, [])
  })
})

describe('IncomingBody: back-pressure', () => {
  it('pauses above the mark, once, and resumes when half of it is left', () => {
    const { body, asked } = incoming()
    body.push(half)
    body.push(half)
    assert.deepEqual([asked, body.paused], [[], false])
    body.push(half)
    body.push(half)
    assert.deepEqual([asked, body.paused], [['pause'], true])
    body.read()
    body.read()
    assert.deepEqual(asked, ['pause', 'started'])
    body.read()
    assert.deepEqual([asked, body.paused], [['pause', 'started', 'resume'], false])
  })

  it('does not count what a waiting reader takes', async () => {
    const { body, asked } = incoming()
    for (let round = 0; round < 10; round++) {
      const pending = body.read()
      body.push(half)
      await pending
    }
    assert.deepEqual(asked, ['started'])
  })

  it('holds nobody back once it is complete, though its bytes are unread', () => {
    const { body, asked } = incoming()
    for (let round = 0; round < 3; round++) body.push(half)
    body.end()
    assert.equal(body.paused, false)
    while (body.read() !== null);
    assert.deepEqual(asked, ['pause'])
  })
})

describe('IncomingBody: breaking off', () => {
  it('rejects the pending read and all later ones; what arrived before is dropped', async () => {
    const { body, asked } = incoming()
    const pending = body.read()
    body.fail(gone)
    await assert.rejects(async () => pending, gone)
    await assert.rejects(async () => body.read(), gone)
    const unread = incoming()
    unread.body.push(Buffer.from('a'))
    unread.body.fail(gone)
    await assert.rejects(async () => unread.body.read(), gone)
    assert.deepEqual([asked, unread.asked], [['started'], []])
  })

  it('keeps the first error, and is whole when it was complete', async () => {
    const { body } = incoming()
    body.fail(gone)
    body.fail(new ZzzError('ZZZ_BODY_TIMEOUT', 'late'))
    await assert.rejects(async () => body.read(), gone)
    const whole = incoming().body
    whole.push(Buffer.from('a'))
    whole.end()
    whole.fail(gone)
    assert.deepEqual(whole.read(), Buffer.from('a'))
    assert.equal(whole.read(), null)
  })

  it('cancel breaks it off for the reader, drops what comes, and tells the connection once', async () => {
    const { body, asked } = incoming()
    const pending = body.read()
    body.cancel()
    body.cancel()
    const givenUp = { code: 'ZZZ_BODY_CONSUMED' }
    await assert.rejects(async () => pending, givenUp)
    for (let round = 0; round < 4; round++) body.push(half)
    await assert.rejects(async () => body.read(), givenUp)
    assert.deepEqual([asked, body.paused], [['started', 'cancelled'], false])
  })

  it('cancel lifts the pause, and asks nothing of a connection that is done with the body', () => {
    const { body, asked } = incoming()
    for (let round = 0; round < 3; round++) body.push(half)
    body.cancel()
    assert.deepEqual([asked, body.paused], [['pause', 'cancelled'], false])
    const whole = incoming()
    whole.body.end()
    whole.body.cancel()
    assert.deepEqual(whole.asked, [])
  })
})

describe('IncomingBody: freeing', () => {
  /** Bytes with memory of their own, as a socket gives them. */
  const read = (text: string): Buffer => Buffer.from(new TextEncoder().encode(text).buffer)

  /** A body whose reader has said once that it is through with what it got. */
  function freed(): IncomingBody {
    const { body } = incoming()
    body.free()
    return body
  }

  function arrive(body: IncomingBody, bytes: Buffer, ...cuts: number[]): void {
    for (const [index, end] of [...cuts, bytes.length].entries()) {
      body.push(bytes.subarray(cuts[index - 1] ?? 0, end))
    }
    body.own(bytes)
  }

  it('frees the memory of chunks that were read, at once', () => {
    const body = freed()
    const [first, second] = [read('ab'), read('cd')]
    arrive(body, first)
    arrive(body, second)
    assert.deepEqual(body.read(), first)
    body.free()
    assert.deepEqual([first.length, second.length], [0, 2])
    assert.deepEqual(body.read(), second)
    body.free()
    assert.equal(second.length, 0)
  })

  it('frees memory with several chunks behind the last of them', async () => {
    const body = freed()
    const bytes = read('abcd')
    const first = body.read()
    arrive(body, bytes, 1, 3)
    await first
    for (const rest of ['bc', 'd']) {
      body.free()
      assert.equal(bytes.length, 4)
      assert.deepEqual(Buffer.from(body.read() as Uint8Array), Buffer.from(rest))
    }
    body.free()
    assert.equal(bytes.length, 0)
  })

  it('leaves memory alone that holds more than the body, or whose reader never said so', () => {
    const body = freed()
    const shared = read('abcd').subarray(1)
    arrive(body, shared)
    body.read()
    body.free()
    assert.equal(shared.toString(), 'bcd')
    const kept = incoming().body
    const bytes = read('ab')
    arrive(kept, bytes)
    kept.read()
    kept.free()
    assert.equal(bytes.toString(), 'ab')
  })
})
