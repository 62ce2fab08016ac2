import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HeaderList } from '../header-list.ts'
import { expectJson, parseJson } from './json.ts'

const parse = (text: string | Uint8Array, depth?: number) => parseJson(Buffer.from(text), depth)
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

describe('parseJson', () => {
  it('parses UTF-8, with or without a byte order mark, in any kind of bytes', () => {
    assert.deepEqual(parse('{"a":"Grüße 👋"}'), { a: 'Grüße 👋' })
    assert.deepEqual(parse('\ufeff[1]'), [1])
    assert.deepEqual(parseJson(new TextEncoder().encode('[1]').subarray(0, 3)), [1])
    assert.deepEqual(parse('"\ufffd"'), '\ufffd')
  })

  it('takes the last of two members of one name', () => {
    assert.deepEqual(parse('{"a":1,"a":2}'), { a: 2 })
  })

  it('refuses bytes that are not UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xff, 0xfe, 0x31, 0],
    ]) {
      assert.throws(() => parseJson(Uint8Array.from(bytes)), {
        code: 'ZZZ_BODY_MALFORMED',
        status: 400,
        message: /UTF-8/,
      })
    }
  })

  it('refuses more levels than allowed, 64 unless told', () => {
    const refusal = { code: 'ZZZ_BODY_TOO_DEEP', status: 400 }
    assert.doesNotThrow(() => parse(nested(64)))
    assert.throws(() => parse(nested(65)), { ...refusal, message: /64 levels/ })
    assert.throws(() => parse(nested(200_000)), refusal)
    const objects = (levels: number) => '{"a":[0,'.repeat(levels) + '1' + ']}'.repeat(levels)
    assert.doesNotThrow(() => parse(objects(32)))
    assert.throws(() => parse(objects(33)), refusal)
    assert.doesNotThrow(() => parse('[{}]', 2))
    assert.throws(() => parse('[{}]', 1), refusal)
    assert.throws(() => parse('[]', 0), refusal)
    assert.equal(parse('1', 0), 1)
    assert.equal((parse(nested(1000), 1000) as unknown[]).length, 1)
  })

  it('counts levels, not brackets', () => {
    assert.equal((parse(`[${Array(1000).fill('{"a":[]}').join()}]`) as unknown[]).length, 1000)
    assert.equal((parse(JSON.stringify('[{'.repeat(1000))) as string).length, 2000)
    assert.throws(() => parse(`["${']'.repeat(100)}",${nested(64)}]`), { code: 'ZZZ_BODY_TOO_DEEP' })
  })

  it('refuses keys that reach a prototype, however they are written and wherever they are', () => {
    const bodies = [
      '{"__proto__":{"a":1}}',
      '{"__proto__":null}',
      '{"a":[{"b":{"__proto__":1}}]}',
      '{"\\u005f_proto__":{}}',
      '{"__pr\\u006fto__":{}}',
      '{"constructor":{"prototype":{"a":1}}}',
      '[{"c\\u006fnstructor":{"p\\u0072ototype":1}}]',
      '{"constructor":{"prototype":1},"constructor":{"prototype":2}}',
    ]
    for (const body of bodies) {
      assert.throws(() => parse(body), { code: 'ZZZ_BODY_PROTOTYPE', status: 400 }, body)
    }
  })

  it('takes what only looks like one', () => {
    const bodies = [
      '{"a":"__proto__"}',
      '["constructor","prototype"]',
      '{"constructor":"Acme","prototype":{}}',
      '{"constructor":{"name":"prototype"}}',
      '{"constructor":null}',
      '{"proto":{"__proto":1,"proto__":2}}',
      '{"a":"\\u00e9"}',
    ]
    for (const body of bodies) assert.deepEqual(parse(body), JSON.parse(body), body)
    assert.equal(({} as Record<string, unknown>).a, undefined)
  })
})

describe('expectJson', () => {
  const expect = (type: string, coding?: string) =>
    expectJson(
      HeaderList.from([
        ['content-type', type],
        ...(coding === undefined ? [] : [['content-encoding', coding] as const]),
      ]),
    )

  it('takes UTF-8 by its names', () => {
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'utf8', 'us-ascii']) {
      expect(`application/json; charset=${charset}`)
    }
    expect('application/json', 'identity')
  })

  it('refuses other types, charsets and content codings with 415, saying what is taken', () => {
    const refused = (headers: Record<string, string>, ...args: [string, string?]) =>
      assert.throws(() => expect(...args), { code: 'ZZZ_BODY_TYPE', status: 415, headers })
    refused({ accept: 'application/json' }, 'text/html')
    refused({ accept: 'application/json' }, 'application/json; charset=utf-16')
    refused({ accept: 'application/json' }, 'application/json; charset=latin1')
    refused({ 'accept-encoding': 'identity' }, 'application/json', 'gzip')
    refused({ 'accept-encoding': 'identity' }, 'application/json', 'identity, br')
  })
})
