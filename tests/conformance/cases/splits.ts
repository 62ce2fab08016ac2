import assert from 'node:assert/strict'
import { type Case, check, chunked, expectEcho, expectRefusal, get, message, post } from '../case.ts'
import { turns } from '../raw-client.ts'

/** The same answers wherever the network cuts the bytes. */
export const splits: readonly Case[] = [
  everySplit(
    'RFC 9112 2.2: a head cut at every position',
    get('/a?b=c', 'X-Long-Name: some value', 'Accept: */*'),
    '',
  ),
  everySplit('RFC 9112 6.2: a body of declared length cut at every position', post('hello'), 'hello'),
  everySplit(
    'RFC 9112 7.1: a chunked body cut at every position',
    chunked('5;a="b"\r\nhello\r\n0b\r\n, and more.\r\n0\r\nX: y\r\n\r\n'),
    'hello, and more.',
  ),
  byteByByte('RFC 9112 2.2: a head byte by byte', get('/a', 'X: y'), ''),
  byteByByte(
    'RFC 9112 7.1: a chunked body byte by byte',
    chunked('5\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n'),
    'hello!',
  ),
  check('RFC 9112 2.2: a refused head is refused wherever it is cut', async (trial) => {
    const bytes = Buffer.from(get('/', 'X : y'))
    for (let at = 1; at < bytes.length; at += 5) {
      const client = await trial.client()
      await client.sendSplit(bytes, at)
      await expectRefusal(client, 400)
    }
  }),
  check('RFC 9112 3.2: two Host lines cut at every fifth position', async (trial) => {
    const bytes = Buffer.from(message('GET / HTTP/1.1', ['Host: a', 'Host: a']))
    for (let at = 1; at < bytes.length; at += 5) {
      const client = await trial.client()
      await client.sendSplit(bytes, at)
      await expectRefusal(client, 400)
    }
  }),
]

function everySplit(name: string, wire: string, body: string): Case {
  return check(name, async (trial) => {
    const client = await trial.client()
    const bytes = Buffer.from(wire, 'latin1')
    for (let at = 1; at < bytes.length; at++) {
      await client.sendSplit(bytes, at)
      expectEcho(await client.response(), { body })
    }
    client.end()
    assert.equal((await client.closed()).length, 0)
  })
}

function byteByByte(name: string, wire: string, body: string): Case {
  return check(name, async (trial) => {
    const client = await trial.client()
    for (const byte of Buffer.from(wire, 'latin1')) {
      client.send(Buffer.of(byte))
      await turns(2)
    }
    expectEcho(await client.response(), { body })
  })
}
