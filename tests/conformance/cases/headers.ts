import assert from 'node:assert/strict'
import { Reply } from '@zzz/core'
import { accepted, type Case, check, get, refused } from '../case.ts'

const raw = (lines: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n\r\n`

/** RFC 9112 sections 2.2 and 5, RFC 9110 section 5: header lines. */
export const headers: readonly Case[] = [
  accepted('RFC 9110 5.5: an empty value', raw('X:'), { target: '/' }),
  accepted('RFC 9110 5.5: no blank before the value', raw('X:y'), { target: '/' }),
  accepted('RFC 9110 5.5: tabs and bytes above ASCII in a value', raw('X: a\tb\xff\x80'), { target: '/' }),
  accepted('RFC 9110 5.6.2: every character of a token in a name', raw("!#$%&'*+-.^_`|~09azAZ: 1"), {
    target: '/',
  }),
  check('RFC 9110 5.5: values come trimmed, names in any case, lines of one name in order', async (trial) => {
    const subject = await trial.server({
      handle: (request) => new Reply(200, JSON.stringify([...request.headers])),
    })
    const client = await trial.client(subject)
    client.send(raw('X-A: \t b \t\r\nx-a:c\r\nX-Empty: \t \r\nX-Bytes: \xe9\r\nX-In: a  b'))
    assert.deepEqual(JSON.parse((await client.response()).body.toString()), [
      ['host', 'a'],
      ['x-a', 'b'],
      ['x-a', 'c'],
      ['x-empty', ''],
      ['x-bytes', 'é'],
      ['x-in', 'a  b'],
    ])
  }),
  refused('RFC 9112 5.1: a space before the colon', raw('X : y')),
  refused('RFC 9112 5.1: a tab before the colon', raw('X\t: y')),
  refused('RFC 9112 5.1: a space before the colon of Host', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'),
  refused('RFC 9112 5.1: a space before the colon of Content-Length', raw('Content-Length : 5') + 'hello'),
  refused(
    'RFC 9112 5.1: a space before the colon of Transfer-Encoding',
    raw('Transfer-Encoding : chunked') + '0\r\n\r\n',
  ),
  refused('RFC 9112 5.1: a space in a name', raw('X Y: z')),
  refused('RFC 9112 5.1: no colon', raw('X')),
  refused('RFC 9112 5.1: no name', raw(': y')),
  refused('RFC 9112 5.1: a quoted name', raw('"X": y')),
  refused('RFC 9112 5.1: a control byte in a name', raw('X\x01: y')),
  refused('RFC 9112 5.1: NUL in a name', raw('X\0Y: z')),
  refused('RFC 9112 5.1: a byte above ASCII in a name', raw('X\xe9: y')),
  refused('RFC 9112 5.2: obs-fold with a space', raw('X: y\r\n z')),
  refused('RFC 9112 5.2: obs-fold with a tab', raw('X: y\r\n\tz')),
  refused('RFC 9112 5.2: obs-fold of Transfer-Encoding', raw('Transfer-Encoding:\r\n chunked') + '0\r\n\r\n'),
  refused('RFC 9112 5.2: obs-fold of an empty continuation', raw('X: y\r\n \r\nZ: 1')),
  refused('RFC 9112 2.2: white space before the first header', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'),
  refused('RFC 9112 2.2: a white line after the request line', 'GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n'),
  refused('RFC 9112 2.2: a bare LF ends a header line', raw('X: y\nZ: 1')),
  refused('RFC 9112 2.2: a bare LF ends the headers', 'GET / HTTP/1.1\r\nHost: a\r\n\n'),
  refused('RFC 9112 2.2: a bare CR ends a header line', raw('X: y\rZ: 1')),
  refused('RFC 9112 2.2: a bare CR ends a value', raw('X: y\r\r\nZ: 1')),
  refused('RFC 9112 2.2: a bare CR at the end of the headers', 'GET / HTTP/1.1\r\nHost: a\r\n\r\r\n'),
  refused('RFC 9110 5.5: NUL in a value', raw('X: a\0b')),
  refused('RFC 9110 5.5: a control byte in a value', raw('X: a\x08b')),
  refused('RFC 9110 5.5: DEL in a value', raw('X: a\x7fb')),
  refused('RFC 9110 5.5: ESC in a value', raw('X: \x1b[31m')),
  refused('RFC 9110 5.5: a vertical tab in a value', raw('X: a\x0bb')),
  refused('RFC 9110 5.5: a form feed in a value', raw('X: a\x0cb')),
  accepted(
    'RFC 9112 9.3: names that look like framing but are not',
    raw('Content_Length: 5\r\nTransfer_Encoding: chunked') + get('/b'),
    { target: '/' },
    { target: '/b' },
  ),
]
