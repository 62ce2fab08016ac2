import { accepted, type Case, chunked, get, refused } from '../case.ts'

const trailed = (lines: string): string => chunked(`5\r\nhello\r\n0\r\n${lines}\r\n\r\n`)

/** RFC 9112 section 7.1.2: trailers are checked like headers, bounded, and change nothing. */
export const trailers: readonly Case[] = [
  accepted('RFC 9112 7.1.2: a trailer', trailed('X: y'), { body: 'hello' }),
  accepted(
    'RFC 9112 7.1.2: the next request follows a trailer',
    trailed('X: y') + get('/b'),
    { body: 'hello' },
    { target: '/b' },
  ),
  accepted(
    'RFC 9110 6.5.1: framing in a trailer is ignored',
    trailed('Content-Length: 50\r\nHost: b') + get('/b'),
    { body: 'hello' },
    { target: '/b' },
  ),
  refused('RFC 9112 7.1.2: a space before the colon', trailed('X : y')),
  refused('RFC 9112 7.1.2: no colon', trailed('X')),
  refused('RFC 9112 7.1.2: no name', trailed(': y')),
  refused('RFC 9112 7.1.2: obs-fold', trailed('X: y\r\n z')),
  refused('RFC 9112 7.1.2: a bare LF', trailed('X: y\nZ: 1')),
  refused('RFC 9112 7.1.2: NUL', trailed('X: \0')),
  refused('RFC 9112 7.1.2: a control byte', trailed('X: \x01')),
  refused(
    'RFC 9112 7.1.2: too many trailers',
    trailed(Array.from({ length: 101 }, (_, i) => `X-${i}: y`).join('\r\n')),
    [400, 431],
  ),
  refused('RFC 9112 7.1.2: too large trailers', trailed(`X: ${'y'.repeat(40_000)}`), [400, 431]),
  refused('RFC 9112 7.1.2: endless trailers', chunked(`0\r\n${'X: y\r\n'.repeat(20_000)}`), [400, 431]),
]
