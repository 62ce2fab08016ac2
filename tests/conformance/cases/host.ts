import { accepted, type Case, get, message, refused } from '../case.ts'

const withHost = (value: string): string => message('GET / HTTP/1.1', [`Host:${value}`])

/** RFC 9112 section 3.2, RFC 9110 section 7.2: exactly one valid Host. */
export const host: readonly Case[] = [
  refused('RFC 9112 3.2: no Host in HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n'),
  refused('RFC 9112 3.2: two Host lines', get('/', 'Host: b')),
  refused('RFC 9112 3.2: Host with two equal Host lines', get('/', 'Host: a')),
  refused('RFC 9112 3.2: two Host lines in other case', get('/', 'hOST: b')),
  refused('RFC 9112 3.2: two Host lines, one empty', get('/', 'Host:')),
  refused('RFC 9112 3.2: two Host lines in HTTP/1.0', message('GET / HTTP/1.0', ['Host: a', 'Host: b'])),
  accepted('RFC 9112 3.2: no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n', { version: '1.0' }),
  accepted('RFC 9110 7.2: an empty Host', withHost(''), { target: '/' }),
  accepted('RFC 9110 7.2: a host with a port', withHost(' a.example:8080'), { target: '/' }),
  accepted('RFC 9110 7.2: an IPv4 address', withHost(' 127.0.0.1:80'), { target: '/' }),
  accepted('RFC 9110 7.2: an IPv6 address', withHost(' [2001:db8::1]:80'), { target: '/' }),
  accepted('RFC 9110 5.5: blanks around the value', withHost(' \t a.example \t'), { target: '/' }),
  refused('RFC 9112 3.2: Host with a blank inside', withHost(' a b')),
  refused('RFC 9112 3.2: Host with two hosts in one line', withHost(' a, b')),
  refused('RFC 9112 3.2: Host with a path', withHost(' a/b')),
  refused('RFC 9112 3.2: Host with a scheme', withHost(' http://a')),
  refused('RFC 9112 3.2: Host with user information', withHost(' user@a')),
  refused('RFC 9112 3.2: Host with a port that is no number', withHost(' a:port')),
  refused('RFC 9112 3.2: Host with a port with a sign', withHost(' a:+80')),
  refused('RFC 9112 3.2: Host with two ports', withHost(' a:80:80')),
  refused('RFC 9112 3.2: Host with an open bracket', withHost(' [::1')),
  refused('RFC 9112 3.2: Host with a query', withHost(' a?b')),
  refused('RFC 9112 3.2: Host with a fragment', withHost(' a#b')),
  refused('RFC 9112 3.2: Host with a backslash', withHost(' a\\b')),
  refused('RFC 9112 3.2: Host with a quote', withHost(' "a"')),
  refused('RFC 9112 3.2: Host with a broken escape', withHost(' a%2')),
  refused('RFC 9112 3.2: Host with a byte above ASCII', withHost(' \xe9')),
  refused('RFC 9112 3.2: Host with a NUL', withHost(' a\0b')),
]
