import { accepted, type Case, message, refused } from '../case.ts'

const withCoding = (...lines: readonly string[]): string =>
  message('POST / HTTP/1.1', ['Host: a', ...lines]) + '5\r\nhello\r\n0\r\n\r\n'

/** The framing is faulty, but a server may answer before it closes. */
const closesAnyway = [200, 400]

/** RFC 9112 sections 6.1 and 6.3: which transfer codings frame a request. */
export const transferEncoding: readonly Case[] = [
  accepted('RFC 9112 6.1: chunked', withCoding('Transfer-Encoding: chunked'), { body: 'hello' }),
  accepted('RFC 9112 7: codings are case-insensitive', withCoding('TRANSFER-ENCODING: ChUnKeD'), {
    body: 'hello',
  }),
  accepted('RFC 9110 5.5: spaces around chunked', withCoding('Transfer-Encoding:  chunked  '), {
    body: 'hello',
  }),
  accepted('RFC 9110 5.5: tabs around chunked', withCoding('Transfer-Encoding: \t chunked \t'), {
    body: 'hello',
  }),
  refused(
    'RFC 9112 6.3: Content-Length and Transfer-Encoding',
    withCoding('Content-Length: 5', 'Transfer-Encoding: chunked'),
  ),
  refused(
    'RFC 9112 6.3: Transfer-Encoding and Content-Length',
    withCoding('Transfer-Encoding: chunked', 'Content-Length: 15'),
  ),
  refused(
    'RFC 9112 6.3: Transfer-Encoding and Content-Length 0',
    withCoding('Transfer-Encoding: chunked', 'Content-Length: 0'),
  ),
  refused(
    'RFC 9112 6.3: Content-Length and an unknown coding',
    withCoding('Content-Length: 5', 'Transfer-Encoding: x'),
    [400, 501],
  ),
  refused('RFC 9112 6.1: an unknown coding', withCoding('Transfer-Encoding: x'), 501),
  refused('RFC 9112 6.1: gzip alone', withCoding('Transfer-Encoding: gzip'), 501),
  refused('RFC 9112 6.1: gzip, chunked', withCoding('Transfer-Encoding: gzip, chunked'), 501),
  refused(
    'RFC 9112 6.1: gzip and chunked in two lines',
    withCoding('Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'),
    501,
  ),
  refused('RFC 9112 6.1: identity', withCoding('Transfer-Encoding: identity'), 501),
  refused('RFC 9112 6.1: identity, chunked', withCoding('Transfer-Encoding: identity, chunked'), 501),
  refused('RFC 9112 6.1: xchunked', withCoding('Transfer-Encoding: xchunked'), 501),
  refused('RFC 9112 6.1: chunkedx', withCoding('Transfer-Encoding: chunkedx'), 501),
  refused('RFC 9112 6.3: chunked, gzip', withCoding('Transfer-Encoding: chunked, gzip')),
  refused('RFC 9112 6.3: chunked, identity', withCoding('Transfer-Encoding: chunked, identity')),
  refused('RFC 9112 6.1: chunked, chunked', withCoding('Transfer-Encoding: chunked, chunked')),
  refused(
    'RFC 9112 6.1: chunked in two lines',
    withCoding('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
  ),
  refused('RFC 9112 6.1: an empty Transfer-Encoding', withCoding('Transfer-Encoding:')),
  refused('RFC 9112 6.1: a comma alone', withCoding('Transfer-Encoding: ,')),
  refused('RFC 9112 6.1: an empty member', withCoding('Transfer-Encoding: , chunked')),
  refused('RFC 9112 6.1: an empty member behind', withCoding('Transfer-Encoding: chunked,')),
  refused('RFC 9112 7: chunked with a parameter', withCoding('Transfer-Encoding: chunked;q=1')),
  refused('RFC 9112 7: chunked in quotes', withCoding('Transfer-Encoding: "chunked"')),
  refused('RFC 9112 6.1: chunked behind a vertical tab', withCoding('Transfer-Encoding: \x0bchunked')),
  refused('RFC 9112 6.1: chunked before NUL', withCoding('Transfer-Encoding: chunked\0')),
  refused('RFC 9112 6.1: chunked before a control byte', withCoding('Transfer-Encoding: chunked\x1f')),
  refused(
    'RFC 9112 6.1: chunked behind a no-break space',
    withCoding('Transfer-Encoding: \xa0chunked'),
    [400, 501],
  ),
  refused('RFC 9112 6.1: two words', withCoding('Transfer-Encoding: x chunked')),
  refused(
    'RFC 9112 6.1: Transfer-Encoding in HTTP/1.0',
    message('POST / HTTP/1.0', ['Transfer-Encoding: chunked']) + '0\r\n\r\n',
    closesAnyway,
  ),
  refused(
    'RFC 9112 6.1: Transfer-Encoding in HTTP/1.0 with keep-alive',
    message('POST / HTTP/1.0', ['Connection: keep-alive', 'Transfer-Encoding: chunked']) + '0\r\n\r\n',
    closesAnyway,
  ),
  refused(
    'RFC 9112 6.1: Transfer-Encoding and Content-Length in HTTP/1.0',
    message('POST / HTTP/1.0', ['Content-Length: 3', 'Transfer-Encoding: chunked']) + '0\r\n\r\n',
  ),
]
