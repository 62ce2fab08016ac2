import assert from 'node:assert/strict'
import { it } from 'node:test'
import { HeaderList } from './header-list.ts'
import { notModifiedReply, toNotModified } from './not-modified.ts'
import { Reply } from './reply.ts'

it('keeps what RFC 9110 15.4.5 asks for, and drops what describes the content', () => {
  const kept = [
    'cache-control',
    'max-age=5',
    'content-location',
    '/a',
    'etag',
    '"a"',
    'expires',
    '0',
    'vary',
    'a',
  ]
  const dropped = [
    'content-type',
    'a/b',
    'content-length',
    '9',
    'content-encoding',
    'br',
    'last-modified',
    'x',
  ]
  const headersOf = (flat: string[]) =>
    notModifiedReply({ headers: HeaderList.unchecked(flat), size: 9 }).headers.flat
  assert.deepEqual(headersOf([...dropped, ...kept, 'accept-ranges', 'bytes']), kept)
  assert.deepEqual(headersOf(['last-modified', 'x']), ['last-modified', 'x'])
})

it('ends the stream of the reply it stands for', async () => {
  const ended = Promise.withResolvers<unknown>()
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: true as const, value: undefined }),
      async return() {
        ended.resolve('ended')
        return { done: true as const, value: undefined }
      },
    }),
  }
  const reply = toNotModified(new Reply(200, source).header('etag', '"a"'))
  assert.deepEqual([reply.statusCode, reply.body, reply.headers.flat], [304, null, ['etag', '"a"']])
  assert.equal(await ended.promise, 'ended')
})

it('remembers the size of what it stands for', () => {
  const sizeOf = (reply: Reply) => toNotModified(reply).whole?.size
  const stream = {
    async *[Symbol.asyncIterator]() {
      yield 'x'
    },
  }
  assert.deepEqual(
    [
      new Reply(200, 'naïve'),
      new Reply(200, new Uint8Array(3)),
      new Reply(200, null).header('content-length', '7'),
      new Reply(200, null),
      new Reply(200, stream),
    ].map(sizeOf),
    [6, 3, 7, 0, Number.POSITIVE_INFINITY],
  )
})
