import assert from 'node:assert/strict'
import { it } from 'node:test'
import { defaultLimits } from '../../limits.ts'
import { readHttp2Head } from './http2-head.ts'

const base = [':method', 'GET', ':path', '/a?b', ':scheme', 'https', ':authority', 'example.test']
const read = (raw: readonly string[], ended = true) => readHttp2Head(raw, ended, defaultLimits)

it('puts everything where HTTP/1.1 has it', () => {
  const head = read([...base, 'cookie', 'a=1', 'accept', '*/*', 'cookie', 'b=2'])
  assert.deepEqual([head.method, head.target, head.version, head.length], ['GET', '/a?b', '2.0', 0])
  assert.deepEqual(head.headers, ['host', 'example.test', 'cookie', 'a=1; b=2', 'accept', '*/*'])
})

it('knows the length of the body as far as it is told', () => {
  assert.equal(read(base, false).length, undefined)
  assert.equal(read([...base, 'content-length', '5'], false).length, 5)
  assert.equal(read([...base, 'content-length', '5'], true).length, 0)
})

it('takes Host for a missing :authority, and beside an equal one', () => {
  assert.deepEqual(read([...base.slice(0, 6), 'host', 'b']).headers, ['host', 'b'])
  assert.deepEqual(read([...base, 'host', 'Example.test']).headers, ['host', 'Example.test'])
})

it('has the authority as the target of CONNECT', () => {
  assert.equal(read([':method', 'CONNECT', ':authority', 'a.test:443']).target, 'a.test:443')
})

it('refuses what is malformed, as HTTP/1.1 does', () => {
  const cases: readonly string[][] = [
    [':method', 'GET', ':path', '/', ':scheme', 'https'],
    [...base, 'host', 'other.test'],
    [':method', 'GET', ':path', '/', ':authority', 'a b'],
    [':method', 'GET', ':path', '/', ':authority', 'user@a'],
    [':method', 'GET', ':path', 'http://a/', ':authority', 'a'],
    [':method', 'GET', ':path', '*', ':authority', 'a'],
    [':method', 'GET', ':path', '/\u00e9', ':authority', 'a'],
    [':method', 'GET', ':path', '/#a', ':authority', 'a'],
    [':method', 'G T', ':path', '/', ':authority', 'a'],
    [...base, 'content-length', '5', 'content-length', '5'],
    [...base, 'content-length', '+5'],
  ]
  for (const raw of cases) {
    assert.throws(() => read(raw, false), { code: 'ZZZ_REQUEST_MALFORMED' }, raw.join(' '))
  }
  assert.throws(() => read([...base, 'expect', 'wonders']), { code: 'ZZZ_EXPECTATION_FAILED' })
})
