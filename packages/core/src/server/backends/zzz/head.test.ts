import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ZzzError } from '../../../errors.ts'
import { defaultLimits, type Limits } from '../../limits.ts'
import { type Head, HeadParser, headerGrammar } from './head.ts'
import { diagnoseHead } from './head-fault.ts'

const createParser = (limits: Limits = defaultLimits) => new HeadParser(limits, headerGrammar(limits))

/** What a parser makes of a text: a head, the code of its refusal, or undefined when it waits for more. */
function outcome(text: string, parser = createParser()): Head | string | undefined {
  try {
    return parser.parse(text, 0)
  } catch (error) {
    assert.ok(error instanceof ZzzError, String(error))
    return error.code
  }
}

const plain = {
  contentLength: undefined,
  chunked: false,
  close: false,
  expectContinue: false,
  upgrade: undefined,
}

/** Heads that are fine: request line, then header lines, and what differs from a plain GET of `/`. */
const good: [lines: string[], head: object, framing: object][] = [
  [['GET / HTTP/1.1', 'Host: a'], {}, {}],
  [['GET / HTTP/1.1', 'host:a'], {}, {}],
  [['GET / HTTP/1.1', 'Host:'], {}, {}],
  [['GET /a?b="<\\> HTTP/1.1', 'Host: a', 'X: \t\x80\xff '], { target: '/a?b="<\\>' }, {}],
  [['GET / HTTP/1.0'], { version: '1.0' }, { close: true }],
  [['GET / HTTP/1.0', 'Connection: Keep-Alive'], { version: '1.0' }, {}],
  [['POST / HTTP/1.1', 'Host: a', 'Content-Length:  5 '], { method: 'POST' }, { contentLength: 5 }],
  [['POST / HTTP/1.1', 'Host: a', 'TRANSFER-ENCODING: Chunked'], { method: 'POST' }, { chunked: true }],
  [['PUT / HTTP/1.1', 'Host: a', 'Expect: 100-Continue'], { method: 'PUT' }, { expectContinue: true }],
  [['GET / HTTP/1.0', 'Expect: 100-continue'], { version: '1.0' }, { close: true }],
  [['GET / HTTP/1.1', 'Host: a', 'Connection: x, Close'], {}, { close: true }],
  [['GET / HTTP/1.1', 'Host: a', 'Connection: x', 'Connection: close'], {}, { close: true }],
  [['GET / HTTP/1.1', 'Host: a', 'Connection: upgrade', 'Upgrade: WebSocket'], {}, { upgrade: 'websocket' }],
  [['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket'], {}, {}],
  [['GET http://a:80/x HTTP/1.1', 'Host: a'], { target: 'http://a:80/x' }, {}],
  [['OPTIONS * HTTP/1.1', 'Host: a'], { method: 'OPTIONS', target: '*' }, {}],
  [['CONNECT a:443 HTTP/1.1', 'Host: a'], { method: 'CONNECT', target: 'a:443' }, {}],
  [['M-SEARCH / HTTP/1.1', 'Host: a', "!#$%&'*+-.^_`|~: x"], { method: 'M-SEARCH' }, {}],
]

const textOf = (lines: string[]) => [...lines, '', ''].join('\r\n')

describe('HeadParser: good heads', () => {
  it('are read with what the server needs to know', () => {
    for (const [lines, head, framing] of good) {
      const block = textOf(['', ...lines.slice(1)])
      const expected = {
        method: 'GET',
        target: '/',
        version: '1.1',
        ...head,
        framing: { ...plain, ...framing, block },
      }
      assert.deepEqual(outcome(textOf(lines)), expected, lines.join(' | '))
    }
  })

  it('are waited for at every split, and then end where they end', () => {
    for (const [lines] of good) {
      const text = textOf(lines)
      for (let end = 0; end < text.length; end++) {
        assert.equal(outcome(text.slice(0, end)), undefined, JSON.stringify(text.slice(0, end)))
      }
      const parser = createParser()
      assert.equal(typeof parser.parse(`xx${text}GET`, 2), 'object')
      assert.equal(parser.end, 2 + text.length)
    }
  })

  it('are read one after the other by one parser, whatever the last one was', () => {
    const parser = createParser()
    for (const [first] of good) {
      for (const [lines, , framing] of good) {
        parser.parse(textOf(first), 0)
        const head = parser.parse(textOf(lines), 0)
        const { block: _block, ...rest } = head?.framing ?? {}
        assert.deepEqual(rest, { ...plain, ...framing }, `${lines.join(' | ')} behind ${first.join(' | ')}`)
        assert.equal(parser.end, textOf(lines).length)
      }
    }
  })

  it('do not lend a repeated block to another one that begins like it', () => {
    const parser = createParser()
    parser.parse(textOf(['GET / HTTP/1.1', 'Host: a']), 0)
    assert.equal(parser.parse('GET / HTTP/1.1\r\nHost: a\r\nConte', 0), undefined)
    assert.equal(
      parser.parse(textOf(['GET / HTTP/1.1', 'Host: a', 'Content-Length: 1']), 0)?.framing.contentLength,
      1,
    )
    assert.equal(outcome(textOf(['GET / HTTP/1.1', 'Host: a', 'Host: a']), parser), 'ZZZ_REQUEST_MALFORMED')
    assert.equal(outcome(textOf(['get / x', 'Host: a']), parser), 'ZZZ_REQUEST_MALFORMED')
    assert.equal(outcome(textOf(['GET * HTTP/1.1', 'Host: a']), parser), 'ZZZ_REQUEST_MALFORMED')
    assert.equal(parser.parse(textOf(['GET / HTTP/1.0', 'Host: a']), 0)?.framing.close, true)
  })
})

const malformed = 'ZZZ_REQUEST_MALFORMED'
const host = 'Host: a'

/** Heads that are refused, and how. */
const bad: [text: string, code: string][] = [
  ['GET / HTTP/1.1\nHost: a\n\n', malformed],
  ['GET / HTTP/1.1\r\nHost: a\n\r\n', malformed],
  ['\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n', malformed],
  [' GET / HTTP/1.1\r\n\r\n', malformed],
  ['GET  / HTTP/1.1\r\n\r\n', malformed],
  ['GET /  HTTP/1.1\r\n\r\n', malformed],
  ['GET / HTTP/1.1 \r\n\r\n', malformed],
  ['GET /\r\n\r\n', malformed],
  ['GET\r\n\r\n', malformed],
  ['G(T / HTTP/1.1\r\n\r\n', malformed],
  ['GET\t/ HTTP/1.1\r\n\r\n', malformed],
  ['GET /a#b HTTP/1.1\r\n\r\n', malformed],
  ['GET /\x7f HTTP/1.1\r\n\r\n', malformed],
  ['GET /\xe9 HTTP/1.1\r\n\r\n', malformed],
  ['GET / http/1.1\r\n\r\n', malformed],
  ['GET / HTTP/1\r\n\r\n', malformed],
  ['GET / HTTP/1.1\r\r\n\r\n', malformed],
  ['GET / HTTP/2.0\r\n\r\n', 'ZZZ_VERSION_UNSUPPORTED'],
  ['GET / HTTP/1.2\r\nHost: a\r\n\r\n', 'ZZZ_VERSION_UNSUPPORTED'],
  ['GET / HTTP/0.9\r\nHost: a\r\n\r\n', 'ZZZ_VERSION_UNSUPPORTED'],
  ['GET / HTTP/2.0x\r\n\r\n', malformed],
  ['GET / HTTP/11\r\n\r\n', malformed],
  ['\x16\x03\x01\x02', malformed],
  ...[
    [' folded: x'],
    [host, '\tfolded'],
    ['Host : a'],
    ['no colon'],
    [': no name'],
    ['Na me: x'],
    ['N\xe4me: x'],
    ['X: a\0b'],
    ['X: a\rb'],
    ['X: \x7f'],
    [],
    [host, host],
    ['Host: a b'],
    ['Host: u@a'],
    [host, 'Content-Length: x'],
    [host, 'Content-Length: '],
    [host, 'Content-Length: 1, 1'],
    [host, 'Content-Length: 1', 'Content-Length: 1'],
    [host, 'Content-Length: 1', 'Transfer-Encoding: chunked'],
    [host, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    [host, 'Transfer-Encoding: chunked, gzip'],
  ].map((lines): [string, string] => [textOf(['GET / HTTP/1.1', ...lines]), malformed]),
  [textOf(['GET / HTTP/1.0', 'Transfer-Encoding: chunked']), malformed],
  [textOf(['GET / HTTP/1.1', host, 'Transfer-Encoding: gzip, chunked']), 'ZZZ_TRANSFER_CODING'],
  [textOf(['GET / HTTP/1.1', host, 'Expect: tea']), 'ZZZ_EXPECTATION_FAILED'],
  [textOf(['GET * HTTP/1.1', host]), malformed],
  [textOf(['GET a HTTP/1.1', host]), malformed],
  [textOf(['CONNECT / HTTP/1.1', host]), malformed],
]

describe('HeadParser: bad heads', () => {
  it('are refused with the right code', () => {
    for (const [text, code] of bad) assert.equal(outcome(text), code, JSON.stringify(text))
  })

  it('are refused alike at every split, as soon as nothing can save them', () => {
    for (const [text, code] of bad) {
      for (let end = 0; end <= text.length; end++) {
        const seen = outcome(text.slice(0, end))
        assert.ok(seen === undefined || seen === code, `${JSON.stringify(text.slice(0, end))}: ${seen}`)
      }
    }
    for (const hopeless of [
      '\x16',
      ' ',
      'GET  ',
      'GET /\0',
      'GET / HTTX',
      'GET / HTTP/1.1\r\n ',
      'GET / HTTP/1.1\r\nA B',
    ]) {
      assert.equal(outcome(hopeless), malformed, JSON.stringify(hopeless))
    }
  })
})

describe('HeadParser: limits', () => {
  const limits: Limits = { ...defaultLimits, requestLine: 40, headerBytes: 60, headerCount: 3 }
  const check = (text: string, expected: string | undefined) => {
    const whole = outcome(text, createParser(limits))
    assert.equal(typeof whole === 'string' ? whole : undefined, expected, JSON.stringify(text))
    for (let end = 0; end < text.length; end++) {
      const seen = outcome(text.slice(0, end), createParser(limits))
      assert.ok(seen === undefined || seen === expected, `${end} of ${JSON.stringify(text)}: ${seen}`)
    }
  }

  it('are kept to the byte and to the line', () => {
    const line = (length: number) => `GET /${'a'.repeat(length - 14)} HTTP/1.1`
    const block = (length: number) => textOf(['GET / HTTP/1.1', host, `X: ${'y'.repeat(length - 9 - 5)}`])
    const lines = (count: number) => textOf(['GET / HTTP/1.1', host, ...Array(count - 1).fill('X: y')])
    check(textOf([line(40), host]), undefined)
    for (const over of [1, 2, 3, 50]) check(textOf([line(40 + over), host]), 'ZZZ_TARGET_TOO_LONG')
    check(block(60), undefined)
    for (const over of [1, 2, 3, 50]) check(block(60 + over), 'ZZZ_HEADERS_TOO_LARGE')
    check(lines(3), undefined)
    for (const over of [1, 2, 50]) check(lines(3 + over), 'ZZZ_HEADERS_TOO_LARGE')
  })

  it('hold for a block that repeats, and can be off', () => {
    const parser = createParser(limits)
    parser.parse(textOf(['GET / HTTP/1.1', host]), 0)
    assert.equal(outcome(textOf([`GET /${'a'.repeat(40)} HTTP/1.1`, host]), parser), 'ZZZ_TARGET_TOO_LONG')
    const off = { ...defaultLimits, requestLine: Infinity, headerBytes: Infinity, headerCount: Infinity }
    const huge = textOf([
      `GET /${'a'.repeat(50_000)} HTTP/1.1`,
      host,
      ...Array(500).fill(`X: ${'y'.repeat(100)}`),
    ])
    assert.equal(typeof outcome(huge, createParser(off)), 'object')
  })
})

describe('HeadParser: the grammar and its slow twin', () => {
  const rounds = process.env.ZZZ_TEST_SIZE === 'full' ? 300_000 : 5000
  const pieces = [
    ...'\r\n\t :#/(aZ09\0\x7f\x80\xff',
    '\r\n',
    '\n\n',
    ' HTTP/1.1',
    'Host: a\r\n',
    'Transfer-Encoding: chunked\r\n',
  ]

  it(`agree on ${rounds} damaged heads`, () => {
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    for (let round = 0; round < rounds; round++) {
      let text = textOf((good[random(good.length)] as (typeof good)[0])[0])
      for (let damage = 0; damage <= random(3); damage++) {
        const at = random(text.length)
        text = text.slice(0, at) + pieces[random(pieces.length)] + text.slice(at + random(3))
      }
      if (!text.includes('\r\n\r\n')) text += '\r\n\r\n'
      const fault = diagnoseHead(text, 0, defaultLimits)
      const seen = outcome(text)
      assert.notEqual(seen, undefined, `waits for more: ${JSON.stringify(text)}`)
      if (fault !== undefined) assert.equal(seen, fault.code, JSON.stringify(text))
    }
  })
})
