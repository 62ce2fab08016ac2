import { accepted, type Case, chunked, either, get, refused } from '../case.ts'

const last = '0\r\n\r\n'
const hello = (size: string): string => chunked(`${size}\r\nhello\r\n${last}`)

const badSizes: Readonly<Record<string, string>> = {
  'no size': '',
  'a plus sign': '+5',
  'a minus sign': '-5',
  'a 0x prefix': '0x5',
  'a space before it': ' 5',
  'a tab before it': '\t5',
  'an underscore': '5_0',
  'a letter beyond f': '5g',
  'a comma': '5,5',
  'a quote': '"5"',
  'a fraction': '5.0',
  'a control byte': '5\x0b',
  NUL: '5\0',
  '2^64': '10000000000000000',
  '2^64 + 5': '10000000000000005',
  'thirty digits': 'f'.repeat(30),
  'an h suffix': '5h',
  'two sizes': '5 5',
}

/** RFC 9112 section 7.1: the chunked coding. */
export const chunks: readonly Case[] = [
  accepted('RFC 9112 7.1: one chunk', hello('5'), { method: 'POST', body: 'hello' }),
  accepted('RFC 9112 7.1: several chunks', chunked(`2\r\nhe\r\n3\r\nllo\r\n${last}`), { body: 'hello' }),
  accepted('RFC 9112 7.1: no data', chunked(last), { body: '' }),
  accepted(
    'RFC 9112 7.1: sizes in upper and lower case',
    chunked(`A\r\n0123456789\r\na\r\n0123456789\r\n${last}`),
    { body: '01234567890123456789' },
  ),
  accepted('RFC 9112 7.1: leading zeros', hello('0005'), { body: 'hello' }),
  accepted('RFC 9112 7.1: zeros as the last chunk', chunked('000\r\n\r\n'), { body: '' }),
  accepted('RFC 9112 7.1: data that looks like a chunk', chunked(`5\r\n0\r\n\r\n\r\n${last}`), {
    body: '0\r\n\r\n',
  }),
  accepted(
    'RFC 9112 7.1: the next request follows',
    hello('5') + get('/b'),
    { body: 'hello' },
    { target: '/b' },
  ),
  either('RFC 9112 7.1: very many leading zeros', hello(`${'0'.repeat(40)}5`), { body: 'hello' }),
  ...Object.entries(badSizes).map(([what, size]) =>
    refused(`RFC 9112 7.1: a chunk size with ${what}`, hello(size)),
  ),
  refused('RFC 9112 7.1: data longer than its size', chunked(`4\r\nhello\r\n${last}`)),
  refused('RFC 9112 7.1: data shorter than its size', chunked(`6\r\nhello\r\n${last}`)),
  refused('RFC 9112 7.1: no CRLF behind the data', chunked(`5\r\nhello${last}`)),
  refused('RFC 9112 7.1: a bare LF behind the data', chunked(`5\r\nhello\n${last}`)),
  refused('RFC 9112 7.1: a bare CR behind the data', chunked(`5\r\nhello\r${last}`)),
  refused('RFC 9112 7.1: two other bytes behind the data', chunked(`5\r\nhelloXX${last}`)),
  refused('RFC 9112 7.1: a bare LF behind the size', chunked(`5\nhello\r\n${last}`)),
  refused('RFC 9112 7.1: a bare CR behind the size', chunked(`5\rhello\r\n${last}`)),
  refused('RFC 9112 7.1: two CR behind the size', chunked(`5\r\r\nhello\r\n${last}`)),
  refused('RFC 9112 7.1: a space behind the size', hello('5 ')),
  refused('RFC 9112 7.1: a tab behind the size', hello('5\t')),
  refused('RFC 9112 7.1: a bare LF behind the last size', chunked('0\n\r\n')),
  refused('RFC 9112 7.1: a bare LF ends the message', chunked('0\r\n\n')),
  refused('RFC 9112 7.1: a bare CR at the end of the message', chunked('0\r\n\r\r\n')),
  accepted('RFC 9112 7.1.1: an extension', hello('5;a'), { body: 'hello' }),
  accepted('RFC 9112 7.1.1: an extension with a value', hello('5;a=b;c=d'), { body: 'hello' }),
  accepted('RFC 9112 7.1.1: an extension with a quoted value', hello('5;a="b;c"'), { body: 'hello' }),
  accepted('RFC 9112 7.1.1: an extension of the last chunk', chunked('0;a=b\r\n\r\n'), { body: '' }),
  either('RFC 9112 7.1.1: blanks around the extension', hello('5 ; a = b'), { body: 'hello' }),
  refused('RFC 9112 7.1.1: a bare LF ends an extension', chunked(`5;a\nhello\r\n${last}`)),
  refused('RFC 9112 7.1.1: a bare LF inside an extension', chunked(`5;a\nb\r\nhello\r\n${last}`)),
  refused('RFC 9112 7.1.1: a bare CR inside an extension', chunked(`5;a\rb\r\nhello\r\n${last}`)),
  refused('RFC 9112 7.1.1: a bare LF inside a quoted value', chunked(`5;a="\n"\r\nhello\r\n${last}`)),
  refused('RFC 9112 7.1.1: CRLF inside a quoted value', chunked(`5;a="\r\nhello\r\n${last}`)),
  refused('RFC 9112 7.1.1: NUL in an extension', hello('5;a\0')),
  refused('RFC 9112 7.1.1: an extension without a size', hello(';a')),
  refused('RFC 9112 7.1.1: one endless extension', chunked(`5;${'a'.repeat(100_000)}`), [400, 413, 431]),
  refused(
    'RFC 9112 7.1.1: endless extensions over many chunks',
    chunked(`1;${'a'.repeat(999)}\r\nx\r\n`.repeat(300) + last),
    [400, 413, 431],
  ),
]
