import assert from 'node:assert/strict'
import { Reply } from '@zzz/core'
import { type Case, check, get, message } from '../case.ts'
import type { RawResponse } from '../response.ts'

/** RFC 9112 section 9.3 and 9.6: when a connection goes on and when it closes, HTTP/1.0 included. */
export const persistence: readonly Case[] = [
  keeps('RFC 9112 9.3: HTTP/1.1 goes on', get('/')),
  keeps('RFC 9112 9.3: HTTP/1.1 with keep-alive', get('/', 'Connection: keep-alive')),
  keeps('RFC 9112 9.3: an unknown connection option', get('/', 'Connection: x-closed')),
  closes('RFC 9112 9.6: HTTP/1.1 with close', get('/', 'Connection: close')),
  closes('RFC 9112 9.6: close in other case', get('/', 'Connection: Close')),
  closes('RFC 9112 9.6: close in a list', get('/', 'Connection: x, close')),
  closes('RFC 9112 9.6: close in the second line', get('/', 'Connection: x', 'Connection: close')),
  closes('RFC 9112 9.6: close and keep-alive', get('/', 'Connection: keep-alive, close')),
  closes('RFC 9112 9.3: HTTP/1.0 closes', message('GET / HTTP/1.0', [])),
  closes(
    'RFC 9112 9.3: HTTP/1.0 with keep-alive and close',
    message('GET / HTTP/1.0', ['Connection: keep-alive', 'Connection: close']),
  ),
  closes('RFC 9112 9.3: HTTP/1.0 with close', message('GET / HTTP/1.0', ['Connection: close'])),
  check('RFC 9112 9.3: HTTP/1.0 goes on when asked, and says so', async (trial) => {
    const client = await trial.client()
    for (let round = 0; round < 3; round++) {
      client.send(message('GET / HTTP/1.0', ['Connection: keep-alive']))
      assert.equal((await client.response()).headers.get('connection'), 'keep-alive')
    }
  }),
  check('RFC 9112 2.3: the reply to HTTP/1.0 is of version 1.1', async (trial) => {
    const client = await trial.client()
    client.send('GET / HTTP/1.0\r\n\r\n')
    assert.match(String(await client.closed()), /^HTTP\/1\.1 200 OK\r\n/)
  }),
  check('RFC 9112 7.1: a stream to HTTP/1.0 is not chunked and ends with the connection', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(200, pieces('one', 'two')) })
    const client = await trial.client(subject)
    client.send(message('GET / HTTP/1.0', ['Connection: keep-alive', 'TE: chunked']))
    const response = await client.response()
    assert.equal(response.headers.has('transfer-encoding'), false)
    assert.equal(response.headers.get('connection'), 'close')
    assert.equal(String(response.body), 'onetwo')
  }),
  check('RFC 9112 7.1: a stream of known length keeps HTTP/1.0 alive', async (trial) => {
    const subject = await trial.server({
      handle: () => new Reply(200, pieces('one', 'two')).header('content-length', '6'),
    })
    const client = await trial.client(subject)
    for (let round = 0; round < 2; round++) {
      client.send(message('GET / HTTP/1.0', ['Connection: keep-alive']))
      assert.equal(String((await client.response()).body), 'onetwo')
    }
  }),
  check('RFC 9112 9.3: a chunked reply keeps HTTP/1.1 alive', async (trial) => {
    const subject = await trial.server({ handle: () => new Reply(200, pieces('one', 'two')) })
    const client = await trial.client(subject)
    for (let round = 0; round < 3; round++) {
      client.send(get('/'))
      const response = await client.response()
      assert.equal(response.headers.get('transfer-encoding'), 'chunked')
      assert.equal(String(response.body), 'onetwo')
    }
  }),
  check('RFC 9112 9.3: a hundred requests on one connection', async (trial) => {
    const client = await trial.client()
    for (let round = 0; round < 100; round++) {
      client.send(get(`/${round}`))
      assert.equal((await client.response()).status, 200)
    }
  }),
]

function keeps(name: string, wire: string): Case {
  return check(name, async (trial) => {
    const client = await trial.client()
    for (let round = 0; round < 2; round++)
      assert.doesNotMatch(await option(client.send(wire).response()), /close/)
  })
}

function closes(name: string, wire: string): Case {
  return check(name, async (trial) => {
    const client = await trial.client()
    assert.equal(await option(client.send(wire).response()), 'close')
    assert.equal((await client.closed()).length, 0)
  })
}

async function option(response: Promise<RawResponse>): Promise<string> {
  return (await response).headers.get('connection') ?? ''
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts
}
