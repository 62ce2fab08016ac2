import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type CachedReply, type CacheRecord, decodeRecord, encodeRecord } from './cached-reply.ts'

const reply: CachedReply = {
  kind: 'reply',
  status: 200,
  headers: ['etag', '"ä"', 'vary', 'a'],
  body: Uint8Array.of(0, 255, 123, 10),
  stored: 1,
  fresh: 2,
  stale: 3,
}

it('brings every kind of record through a store', () => {
  const records: CacheRecord[] = [
    reply,
    { ...reply, body: new Uint8Array() },
    { ...reply, body: null },
    { kind: 'vary', id: 'x', names: ['a', 'b'] },
    { kind: 'pass' },
  ]
  for (const record of records) {
    const { version, ...back } = decodeRecord(encodeRecord(record)) as CacheRecord & { version: number }
    assert.equal(version, 1)
    const body = 'body' in back && back.body !== null ? Uint8Array.from(back.body) : null
    assert.deepEqual({ ...back, body }, { body: null, ...record })
  }
})

it('takes what it does not know for nothing', () => {
  const other = Buffer.from(encodeRecord(reply).toString().replace('"version":1', '"version":0'))
  for (const bytes of [
    other,
    Buffer.alloc(0),
    Buffer.from('text'),
    Buffer.alloc(4),
    Buffer.from([0, 0, 0, 2, 49, 50]),
  ]) {
    assert.equal(decodeRecord(bytes), undefined)
  }
})
