import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ZzzError } from '../../../errors.ts'
import { defaultLimits, type Limits } from '../../limits.ts'
import { type BodyDecoder, type BodySink, LengthDecoder } from './body-decoder.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'

interface Decoded {
  body: string
  ended: number
  /** Behind the body; undefined while it is not over. */
  rest: string | undefined
  code: string | undefined
}

/** Feeds a decoder with pieces and gathers what it finds. */
function decode(pieces: readonly string[], create: (sink: BodySink) => BodyDecoder): Decoded {
  const decoded: Decoded = { body: '', ended: 0, rest: undefined, code: undefined }
  const decoder = create({
    push(chunk) {
      assert.ok(chunk.length > 0)
      decoded.body += Buffer.from(chunk).toString('latin1')
    },
    end: () => void decoded.ended++,
  })
  try {
    for (const piece of pieces) {
      if (decoder.done) decoded.rest += piece
      else {
        // Bytes before the start belong to somebody else.
        const bytes = Buffer.from(`..${piece}`, 'latin1')
        const end = decoder.decode(bytes, 2)
        if (decoder.done) decoded.rest = bytes.toString('latin1', end)
        else assert.equal(end, bytes.length)
      }
    }
  } catch (error) {
    assert.ok(error instanceof ZzzError, String(error))
    decoded.code = error.code
  }
  return decoded
}

/** The text whole, split in two at every position, and byte by byte. */
function* splits(text: string): Generator<string[]> {
  yield [text]
  for (let at = 1; at < text.length; at++) yield [text.slice(0, at), text.slice(at)]
  yield [...text]
}

const chunked =
  (limits: Partial<Limits> = {}) =>
  (sink: BodySink) =>
    new ChunkedDecoder(sink, { ...defaultLimits, ...limits })

const good: [wire: string, body: string][] = [
  ['0\r\n\r\n', ''],
  ['5\r\nhello\r\n0\r\n\r\n', 'hello'],
  ['5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n', 'hello world'],
  ['A\r\n0123456789\r\na\r\n0123456789\r\n000\r\n\r\n', '01234567890123456789'],
  ['4\r\n\r\n\r\n\r\n0\r\n\r\n', '\r\n\r\n'],
  ['2;a=b;c="d;\\"\r'.slice(0, -1) + '"\r\nab\r\n0;x\r\n\r\n', 'ab'],
  ['2;\r\nab\r\n0\r\nTrailer: x\r\nEmpty:\r\n\r\n', 'ab'],
  ['0000000000002\r\n\0\xff\r\n0\r\n\r\n', '\0\xff'],
]

describe('ChunkedDecoder', () => {
  it('decodes at every split, and leaves what stands behind', () => {
    for (const [wire, body] of good) {
      for (const pieces of splits(`${wire}GET /`)) {
        const decoded = decode(pieces, chunked())
        assert.deepEqual(decoded, { body, ended: 1, rest: 'GET /', code: undefined }, JSON.stringify(pieces))
      }
    }
  })

  it('waits for the end of every body that is not whole', () => {
    for (const [wire] of good) {
      for (let end = 0; end < wire.length; end++) {
        const { ended, rest, code } = decode([wire.slice(0, end)], chunked())
        assert.deepEqual([ended, rest, code], [0, undefined, undefined], JSON.stringify(wire.slice(0, end)))
      }
    }
  })

  it('refuses every deviation, at every split', () => {
    const wires = [
      '\r\n',
      ' 5\r\n',
      '5 \r\n',
      '0x5\r\n',
      '-5\r\n',
      '+5\r\n',
      'g\r\n',
      ';a\r\n',
      '5\nhello',
      '5\rhello',
      '5\r\r\n',
      '5\r\nhello!\r\n',
      '5\r\nhello\n0\r\n\r\n',
      '5\r\nhello\r0\r\n\r\n',
      '5\r\nhello0\r\n\r\n',
      '00000000000001\r\n',
      'fffffffffffff1\r\n',
      '5;a\nb\r\n',
      '5;a\0\r\n',
      '5;a="\r\n',
      '5;a="\\\r\n',
      '0\r\nTrailer: x\n\r\n',
      '0\r\n\n',
      '0\r\nno colon\r\n\r\n',
      '0\r\n folded: x\r\n\r\n',
      '0\r\nNa me: x\r\n\r\n',
      '0\r\nX: a\rb\r\n\r\n',
      '0\r\nX: \0\r\n\r\n',
    ]
    for (const wire of wires) {
      for (const pieces of splits(wire)) {
        const { code, ended } = decode(pieces, chunked())
        assert.deepEqual([code, ended], ['ZZZ_REQUEST_MALFORMED', 0], JSON.stringify(pieces))
      }
    }
  })

  it('keeps to the limits', () => {
    const check = (wire: string, limits: Partial<Limits>, expected: string | undefined) => {
      for (const pieces of splits(wire))
        assert.equal(decode(pieces, chunked(limits)).code, expected, JSON.stringify(pieces))
    }
    const body = '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'
    check(body, { body: 5 }, undefined)
    check(body, { body: 4 }, 'ZZZ_BODY_TOO_LARGE')
    assert.equal(decode(['fffffffffffff\r\n'], chunked({ body: 2 ** 40 })).code, 'ZZZ_BODY_TOO_LARGE')
    const trailers = '0\r\nA: 1\r\nB: 2\r\n\r\n'
    check(trailers, { headerCount: 2 }, undefined)
    check(trailers, { headerCount: 1 }, 'ZZZ_HEADERS_TOO_LARGE')
    check(trailers, { headerBytes: 14 }, undefined)
    check(trailers, { headerBytes: 13 }, 'ZZZ_HEADERS_TOO_LARGE')
  })

  it('gives chunk extensions little room in all', () => {
    const extended = (length: number) => `1;${'x'.repeat(length)}\r\na\r\n`
    const wire = (count: number, length: number) => [`${extended(length).repeat(count)}0\r\n\r\n`]
    assert.equal(decode(wire(10, 1000), chunked()).code, undefined)
    assert.equal(decode(wire(1, 20_000), chunked()).code, 'ZZZ_REQUEST_MALFORMED')
    assert.equal(decode(wire(20, 1000), chunked()).code, 'ZZZ_REQUEST_MALFORMED')
  })
})

describe('LengthDecoder', () => {
  it('takes as many bytes as were declared, at every split, and leaves the rest', () => {
    for (const pieces of splits('helloGET /')) {
      const decoded = decode(pieces, (sink) => new LengthDecoder(sink, 5))
      assert.deepEqual(decoded, { body: 'hello', ended: 1, rest: 'GET /', code: undefined })
    }
  })

  it('hands on a whole read without copying or cutting it', () => {
    const bytes = Buffer.from('hello')
    const pushed: Uint8Array[] = []
    const decoder = new LengthDecoder({ push: (chunk) => pushed.push(chunk), end() {} }, 6)
    decoder.decode(bytes, 0)
    assert.equal(pushed[0], bytes)
    assert.equal(decoder.done, false)
  })
})
