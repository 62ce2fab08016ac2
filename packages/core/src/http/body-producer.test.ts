import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { type BodyProducer, openBody, slices, startBody } from './body-producer.ts'
import { type FileRange, fileRange } from './file/file-range.ts'
import { IncomingBody } from './incoming-body.ts'

async function drain(producer: BodyProducer): Promise<string> {
  let whole = ''
  for (let piece = await producer.next(); piece !== null; piece = await producer.next()) {
    whole += typeof piece === 'string' ? piece : Buffer.from(piece).toString()
  }
  return whole
}

describe('openBody: web stream', () => {
  it('gives its pieces', async () => {
    assert.equal(await drain(openBody(new Blob(['abc']).stream())), 'abc')
  })

  it('can be cancelled while a read is pending', async () => {
    const cancelled = Promise.withResolvers<void>()
    const producer = openBody(new ReadableStream({ cancel: () => cancelled.resolve() }))
    const pending = producer.next()
    producer.cancel()
    producer.cancel()
    await cancelled.promise
    assert.equal(await pending, null)
  })

  it('shows what its cancellation throws', async () => {
    const warned = once(process, 'warning')
    const failing = new ReadableStream({
      cancel() {
        throw new Error('stuck')
      },
    })
    openBody(failing).cancel()
    assert.equal((await warned)[0].message, 'Cancelling a reply stream failed: stuck')
  })

  it('rejects when it fails', async () => {
    const producer = openBody(
      new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) }),
    )
    await assert.rejects(producer.next(), { message: 'cut' })
  })
})

describe('openBody: node stream', () => {
  it('gives its pieces and is destroyed at its end', async () => {
    const stream = Readable.from([Buffer.from('a'), 'b'])
    const closed = once(stream, 'close')
    assert.equal(await drain(openBody(stream)), 'ab')
    await closed
  })

  it('is destroyed by a cancellation while a read is pending', async () => {
    const stream = new PassThrough()
    const producer = openBody(stream)
    const pending = producer.next().catch((error: Error & { code: string }) => error.code)
    const closed = once(stream, 'close')
    producer.cancel()
    producer.cancel()
    await closed
    assert.equal(stream.destroyed, true)
    // However the read ends: it ends.
    assert.ok([null, 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR'].includes((await pending) as string | null))
  })

  it('is destroyed when it was never read', async () => {
    const stream = new PassThrough()
    const closed = once(stream, 'close')
    openBody(stream).cancel()
    await closed
  })

  it('rejects when it fails', async () => {
    const stream = new PassThrough()
    const pending = openBody(stream).next()
    stream.destroy(new Error('cut'))
    await assert.rejects(pending, { message: 'cut' })
  })
})

describe('openBody: generator', () => {
  it('gives its pieces and runs to its end', async () => {
    const done: string[] = []
    async function* generate() {
      yield 'a'
      yield Buffer.from('b')
      done.push('end')
    }
    const producer = openBody(generate())
    assert.equal(await drain(producer), 'ab')
    producer.cancel()
    assert.deepEqual(done, ['end'])
  })

  it('runs its finally when it is cancelled between pieces', async () => {
    const released = Promise.withResolvers<void>()
    async function* generate() {
      try {
        yield 'a'
        yield 'never'
      } finally {
        released.resolve()
      }
    }
    const producer = openBody(generate())
    assert.equal(await producer.next(), 'a')
    producer.cancel()
    await released.promise
    assert.equal(await producer.next(), null)
  })

  it('runs its finally once the pending piece is there, when it is cancelled meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const steps: string[] = []
    async function* generate() {
      try {
        await gate.promise
        steps.push('piece')
        yield 'a'
        steps.push('never')
      } finally {
        released.resolve()
      }
    }
    const producer = openBody(generate())
    const pending = producer.next()
    producer.cancel()
    gate.resolve()
    assert.equal(await pending, 'a')
    await released.promise
    assert.deepEqual(steps, ['piece'])
  })

  it('rejects when it throws, and may be cancelled then', async () => {
    // biome-ignore lint/correctness/useYield: it fails before its first piece
    async function* generate(): AsyncGenerator<string> {
      throw new Error('cut')
    }
    const producer = openBody(generate())
    await assert.rejects(producer.next(), { message: 'cut' })
    producer.cancel()
  })
})

/** Resolves when the file is closed: each look at one that is open takes a turn of the event loop, until none succeeds. */
async function closed({ file }: FileRange): Promise<void> {
  await assert.rejects(async () => {
    for (let look = 0; look < 1000; look++) await file.stat()
  }, /closed/)
}

describe('openBody: file', () => {
  let folder: string
  let path: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zzz-producer-'))
    path = join(folder, 'file')
    await writeFile(path, 'x'.repeat(200_000))
  })
  after(() => rm(folder, { recursive: true }))

  it('gives its bytes and is closed behind them', async () => {
    const range = await fileRange(path)
    assert.equal((await drain(openBody(range))).length, 200_000)
    await closed(range)
  })

  it('is closed by a cancellation, before, between and during reads', async () => {
    for (const reads of [0, 1]) {
      for (const pending of [false, true]) {
        const range = await fileRange(path)
        const producer = openBody(range)
        for (let read = 0; read < reads; read++) await producer.next()
        const last = pending ? producer.next() : undefined
        producer.cancel()
        producer.cancel()
        // A read that is under way when the file closes may fail.
        await last?.catch(() => {})
        await closed(range)
      }
    }
  })
})

describe('startBody', () => {
  it('passes on that pieces were taken', async () => {
    let taken = 0
    const body = new IncomingBody({ started() {}, pause() {}, resume() {}, cancelled() {} }, undefined)
    body.free = () => void taken++
    body.push(Buffer.from('a'))
    body.end()
    const producer = startBody(body)
    assert.deepEqual(await producer.next(), Buffer.from('a'))
    producer.taken?.()
    assert.equal(taken, 1)
    assert.equal(await producer.next(), null)
    assert.throws(() => startBody(body), { code: 'ZZZ_BODY_CONSUMED' })
  })
})

describe('slices', () => {
  it('cuts bytes without copying them', async () => {
    const bytes = Buffer.from('abcdefg')
    const producer = slices(bytes, 3)
    const first = (await producer.next()) as Uint8Array
    assert.equal(first.buffer, bytes.buffer)
    assert.equal(Buffer.from(first).toString(), 'abc')
    assert.equal(await drain(producer), 'defg')
  })

  it('ends when it is cancelled', async () => {
    const producer = slices(Buffer.from('abcdefg'), 3)
    await producer.next()
    producer.cancel()
    assert.equal(await producer.next(), null)
  })
})
