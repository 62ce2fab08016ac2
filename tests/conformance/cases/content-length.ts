import { accepted, type Case, check, expectEcho, get, message, post, refused } from '../case.ts'

const withLength = (value: string, body = 'hello'): string =>
  message('POST / HTTP/1.1', ['Host: a', `Content-Length:${value}`]) + body

const malformed: Readonly<Record<string, string>> = {
  'a plus sign': ' +5',
  'a minus sign': ' -5',
  'minus zero': ' -0',
  'a blank inside': ' 5 5',
  'two equal values': ' 5, 5',
  'two equal values without a blank': ' 5,5',
  'two values': ' 5, 6',
  'a trailing comma': ' 5,',
  'a leading comma': ' ,5',
  'a hexadecimal number': ' 0x5',
  'a fraction': ' 5.0',
  'an exponent': ' 5e0',
  'an underscore': ' 5_0',
  'a letter behind': ' 5a',
  'a quoted number': ' "5"',
  'an empty value': '',
  'a blank value': ' ',
  'a parameter': ' 5;a=b',
  '2^64': ' 18446744073709551616',
  '2^64 + 5': ' 18446744073709551621',
  '2^63': ' 9223372036854775808',
  'thirty digits': ' 555555555555555555555555555555',
  'a control byte': ' 5\x0b',
  NUL: ' 5\0',
  'an Arabic digit in UTF-8': ' \xd9\xa5',
}

/** RFC 9112 sections 6.2 and 6.3, RFC 9110 section 8.6: bodies of declared length. */
export const contentLength: readonly Case[] = [
  accepted('RFC 9112 6.2: a body of declared length', post('hello'), { method: 'POST', body: 'hello' }),
  accepted('RFC 9112 6.2: a body of length 0', post(''), { method: 'POST', body: '' }),
  accepted('RFC 9110 8.6: a GET with a body', get('/', 'Content-Length: 2') + 'hi', {
    method: 'GET',
    body: 'hi',
  }),
  accepted('RFC 9110 5.5: blanks around the length', withLength(' \t5\t '), { body: 'hello' }),
  accepted('RFC 9110 8.6: leading zeros', withLength(' 0005'), { body: 'hello' }),
  accepted(
    'RFC 9112 6.3: a POST without a length has no body',
    message('POST / HTTP/1.1', ['Host: a']) + get('/b'),
    { method: 'POST', body: '' },
    { target: '/b' },
  ),
  accepted(
    'RFC 9112 6.2: a body that looks like a request',
    post(get('/smuggled')) + get('/b'),
    { body: get('/smuggled') },
    { target: '/b' },
  ),
  accepted(
    'RFC 9112 6.2: bytes of every value',
    post(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1')),
    { method: 'POST' },
  ),
  ...Object.entries(malformed).map(([what, value]) =>
    refused(`RFC 9112 6.3: Content-Length with ${what}`, withLength(value)),
  ),
  refused('RFC 9112 6.3: Content-Length beyond a safe integer', withLength(' 9007199254740993'), [400, 413]),
  refused('RFC 9112 6.3: two differing Content-Length lines', post('hello', 'Content-Length: 6')),
  refused('RFC 9112 6.3: two equal Content-Length lines', post('hello', 'Content-Length: 5')),
  refused('RFC 9112 6.3: two Content-Length lines, one 0', post('hello', 'Content-Length: 0')),
  refused(
    'RFC 9112 6.3: a malformed Content-Length in HTTP/1.0',
    message('POST / HTTP/1.0', ['Content-Length: 0x5']) + 'hello',
  ),
  check('RFC 9112 6.2: a large body arrives whole', async (trial) => {
    const client = await trial.client()
    const body = 'abcdefgh'.repeat(128 * 1024)
    client.send(post(body))
    expectEcho(await client.response(), { body })
  }),
]
