import { accepted, type Case, get, message, refused } from '../case.ts'

const host = ['Host: a']

/** RFC 9112 section 3.2: the forms of the request target. */
export const targets: readonly Case[] = [
  accepted('RFC 9112 3.2.1: origin-form', get('/a/b;c=1/%20?d=e&f'), { target: '/a/b;c=1/%20?d=e&f' }),
  accepted('RFC 9112 3.2.1: an empty query', get('/a?'), { target: '/a?' }),
  accepted('RFC 9112 3.2.1: two slashes at the start', get('//a/b'), { target: '//a/b' }),
  accepted('RFC 9112 3.2.1: dot segments are not resolved', get('/a/../b'), { target: '/a/../b' }),
  accepted('RFC 9112 3.2.1: characters that browsers do not escape', get(`/a"<>\\^\`{|}`), {
    target: `/a"<>\\^\`{|}`,
  }),
  refused('RFC 9112 3.2.1: a path without a slash', message('GET a HTTP/1.1', host)),
  refused('RFC 9112 3.2.1: a query without a path', message('GET ?a HTTP/1.1', host)),
  refused('RFC 9112 3.2: a fragment', get('/a#b')),
  refused('RFC 9112 3.2: NUL', get('/a\0b')),
  refused('RFC 9112 3.2: a control byte', get('/a\x01b')),
  refused('RFC 9112 3.2: DEL', get('/a\x7fb')),
  refused('RFC 9112 3.2: a byte above ASCII', get('/\xe9')),
  refused('RFC 9112 3.2: UTF-8', get('/\xc3\xa9')),
  refused('RFC 9112 3.2: a space inside', get('/a b')),
  accepted('RFC 9112 3.2.2: absolute-form', get('http://b.example/x?y'), { target: 'http://b.example/x?y' }),
  accepted('RFC 9112 3.2.2: absolute-form without a path', get('http://b.example'), {
    target: 'http://b.example',
  }),
  accepted('RFC 9112 3.2.2: absolute-form with a port', get('http://b.example:8080/'), {
    target: 'http://b.example:8080/',
  }),
  accepted('RFC 9112 3.2.2: absolute-form with an IPv6 address', get('http://[::1]:80/'), {
    target: 'http://[::1]:80/',
  }),
  refused('RFC 9110 4.2.1: absolute-form with an empty host', get('http:///a')),
  refused('RFC 9110 4.2.4: absolute-form with user information', get('http://user@b.example/')),
  refused('RFC 9112 3.2.2: absolute-form with a fragment', get('http://b.example/#c')),
  refused('RFC 9112 3.2.2: absolute-form with a bad port', get('http://b.example:port/')),
  refused('RFC 9112 3.2.2: absolute-form still needs Host', 'GET http://a/ HTTP/1.1\r\n\r\n'),
  accepted('RFC 9112 3.2.3: authority-form with CONNECT', message('CONNECT a:443 HTTP/1.1', host), {
    method: 'CONNECT',
    target: 'a:443',
  }),
  refused('RFC 9112 3.2.3: authority-form with GET', message('GET a:443 HTTP/1.1', host)),
  refused('RFC 9112 3.2.3: CONNECT without a port', message('CONNECT a HTTP/1.1', host)),
  refused('RFC 9112 3.2.3: CONNECT with an empty port', message('CONNECT a: HTTP/1.1', host)),
  refused('RFC 9112 3.2.3: CONNECT with origin-form', message('CONNECT / HTTP/1.1', host)),
  accepted('RFC 9112 3.2.4: asterisk-form with OPTIONS', message('OPTIONS * HTTP/1.1', host), {
    method: 'OPTIONS',
    target: '*',
  }),
  refused('RFC 9112 3.2.4: asterisk-form with GET', message('GET * HTTP/1.1', host)),
  refused('RFC 9112 3.2.4: an asterisk and more', message('OPTIONS *a HTTP/1.1', host)),
]
