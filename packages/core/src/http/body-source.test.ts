import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import {
  type BodySource,
  bytesSource,
  collect,
  emptyBody,
  iterateSource,
  toWebStream,
  webSource,
} from './body-source.ts'

const bytes = (content: string) => Uint8Array.from(Buffer.from(content))

/** A source over a list of pieces: some are here at once, some later; an error breaks it off. */
function listSource(pieces: (string | Promise<string> | Error)[], length?: number) {
  const source: BodySource & { cancelled: number } = {
    length,
    disturbed: false,
    cancelled: 0,
    read() {
      const piece = pieces.shift()
      if (piece === undefined) return null
      if (piece instanceof Error) return Promise.reject(piece)
      return typeof piece === 'string' ? bytes(piece) : piece.then(bytes)
    },
    cancel() {
      source.cancelled++
    },
    [Symbol.asyncIterator]: () => iterateSource(source),
  }
  return source
}

describe('collect', () => {
  it('joins pieces that are here with pieces that come later', async () => {
    const whole = await collect(listSource(['a', Promise.resolve('b'), 'c']), 3)
    assert.equal(Buffer.from(whole).toString(), 'abc')
  })

  it('gives a single piece as it is', async () => {
    const piece = bytes('abc')
    assert.equal(await collect(bytesSource(piece), 3), piece)
  })

  it('refuses and cancels as soon as the limit is passed', async () => {
    const pieces = ['abc', 'd', 'e']
    const source = listSource(pieces)
    await assert.rejects(async () => collect(source, 3), { code: 'ZZZ_BODY_TOO_LARGE', message: /3 bytes/ })
    assert.equal(source.cancelled, 1)
    assert.deepEqual(pieces, ['e'])
  })

  it('refuses a declared length without reading', async () => {
    const pieces = ['abcd']
    const source = listSource(pieces, 4)
    await assert.rejects(async () => collect(source, 3), { code: 'ZZZ_BODY_TOO_LARGE' })
    assert.equal(source.cancelled, 1)
    assert.equal(pieces.length, 1)
  })

  it('passes the error of the source on', async () => {
    await assert.rejects(async () => collect(listSource(['a', new Error('cut')]), 9), { message: 'cut' })
  })
})

describe('iterateSource', () => {
  it('gives every piece, then ends', async () => {
    const source = listSource(['a', Promise.resolve('b')])
    assert.equal(await text(source), 'ab')
    assert.equal(source.cancelled, 0)
  })

  it('cancels the rest when the loop is left early', async () => {
    const source = listSource(['a', 'b'])
    for await (const _piece of source) break
    assert.equal(source.cancelled, 1)
  })
})

describe('toWebStream', () => {
  it('carries everything, and the error that ends it', async () => {
    assert.equal(await text(toWebStream(listSource(['a', Promise.resolve('b')]))), 'ab')
    await assert.rejects(text(toWebStream(listSource(['a', new Error('cut')]))), { message: 'cut' })
  })

  it('reads nothing before it is asked, and cancels its source', async () => {
    const pieces = ['a', 'b']
    const source = listSource(pieces)
    const stream = toWebStream(source)
    await Promise.resolve()
    assert.equal(pieces.length, 2)
    await stream.cancel()
    assert.equal(source.cancelled, 1)
  })
})

describe('sources', () => {
  it('emptyBody is at its end, again and again', async () => {
    assert.equal(emptyBody.length, 0)
    assert.equal(emptyBody.read(), null)
    emptyBody.cancel()
    assert.equal(await text(emptyBody), '')
  })

  it('bytesSource gives its bytes once, at once', async () => {
    const source = bytesSource(bytes('ab'))
    assert.equal(source.length, 2)
    assert.deepEqual(source.read(), bytes('ab'))
    assert.equal(source.read(), null)
    assert.equal(bytesSource(new Uint8Array()).read(), null)
    const cancelled = bytesSource(bytes('ab'))
    cancelled.cancel()
    assert.equal(cancelled.read(), null)
  })

  it('webSource reads a web stream, and cancels it while a read is pending', async () => {
    assert.equal(await text(webSource(new Blob(['abc']).stream())), 'abc')
    const cancelled = Promise.withResolvers<void>()
    const source = webSource(new ReadableStream({ cancel: () => cancelled.resolve() }))
    assert.equal(source.length, undefined)
    const pending = source.read()
    source.cancel()
    assert.equal(await pending, null)
    await cancelled.promise
    assert.equal(await source.read(), null)
  })

  it('say when they are disturbed: by a read or a cancellation', async () => {
    const make = [() => bytesSource(bytes('ab')), () => webSource(new Blob(['ab']).stream())]
    for (const source of make.map((create) => create())) {
      assert.equal(source.disturbed, false)
      await source.read()
      assert.equal(source.disturbed, true)
    }
    for (const source of make.map((create) => create())) {
      source.cancel()
      assert.equal(source.disturbed, true)
    }
  })

  it('webSource may be cancelled after its stream failed', async () => {
    const source = webSource(
      new ReadableStream({ start: (controller) => controller.error(new Error('cut')) }),
    )
    source.cancel()
    await assert.rejects(async () => source.read(), { message: 'cut' })
  })
})
