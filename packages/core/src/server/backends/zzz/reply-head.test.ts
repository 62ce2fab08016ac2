import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HeaderList } from '../../../http/header-list.ts'
import { type ConnectionOption, replyHead } from './reply-head.ts'

const date = 'date: Thu, 01 Jan 1970 00:00:00 GMT\r\n'
const linesOf = (
  status: number,
  headers: [string, string][],
  framing = '',
  connection: ConnectionOption = '',
) => {
  const head = replyHead(status, HeaderList.from(headers), framing, connection, date)
  assert.ok(head.endsWith('\r\n\r\n'))
  return head.slice(0, -4).split('\r\n')
}
const dateLine = date.slice(0, -2)

describe('replyHead', () => {
  it('has a status line, with or without a phrase', () => {
    assert.deepEqual(linesOf(200, []), ['HTTP/1.1 200 OK', dateLine])
    assert.deepEqual(linesOf(404, []), ['HTTP/1.1 404 Not Found', dateLine])
    assert.deepEqual(linesOf(599, []), ['HTTP/1.1 599 ', dateLine])
  })

  it('keeps lines in order, then says what only the server knows', () => {
    const headers: [string, string][] = [
      ['Set-Cookie', 'a=1'],
      ['X-A', '\xff'],
      ['set-cookie', 'b=2'],
    ]
    assert.deepEqual(linesOf(200, headers, 'content-length: 5\r\n', 'close'), [
      'HTTP/1.1 200 OK',
      'set-cookie: a=1',
      'x-a: \xff',
      'set-cookie: b=2',
      'connection: close',
      dateLine,
      'content-length: 5',
    ])
  })

  it('does not believe a handler about framing and the connection', () => {
    const headers: [string, string][] = [
      ['Content-Length', '99'],
      ['Transfer-Encoding', 'gzip'],
      ['Connection', 'x-secret'],
      ['Keep-Alive', 'timeout=1'],
    ]
    assert.deepEqual(linesOf(200, headers), ['HTTP/1.1 200 OK', dateLine])
  })

  it('lets a handler give the date, and names an upgrade in Connection', () => {
    assert.deepEqual(linesOf(200, [['Date', 'today']]), ['HTTP/1.1 200 OK', 'date: today'])
    const upgrade: [string, string][] = [['Upgrade', 'x']]
    assert.ok(linesOf(426, upgrade).includes('connection: upgrade'))
    assert.ok(linesOf(426, upgrade, '', 'close').includes('connection: close, upgrade'))
  })
})
