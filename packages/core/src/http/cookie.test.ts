import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CookieOptions, parseCookies, setCookieLine } from './cookie.ts'

describe('parseCookies', () => {
  it('reads names and values, decoded, without a prototype', () => {
    const cookies = parseCookies('a=1; b=x%20y;c=; d=a=b;  e = 5 ; __proto__=x; bad=%zz')
    assert.deepEqual(Object.entries(cookies), [
      ['a', '1'],
      ['b', 'x y'],
      ['c', ''],
      ['d', 'a=b'],
      ['e', '5'],
      ['__proto__', 'x'],
      ['bad', '%zz'],
    ])
    for (const name of ['toString', 'constructor', 'hasOwnProperty']) assert.equal(cookies[name], undefined)
  })

  it('takes the first of two, and nothing from nonsense', () => {
    assert.equal(parseCookies('a=1; a=2').a, '1')
    for (const header of [undefined, '', ';', 'a', ';;; ;', '\u00ff']) {
      assert.deepEqual(Object.keys(parseCookies(header)), [], String(header))
    }
  })
})

describe('setCookieLine', () => {
  const line = (value: string, options: CookieOptions = {}, secure = false, name = 'a') =>
    setCookieLine(name, value, options, secure)

  it('is safe unless told', () => {
    assert.equal(line('1'), 'a=1; Path=/; HttpOnly; SameSite=Lax')
    assert.equal(line('1', {}, true), 'a=1; Path=/; HttpOnly; Secure; SameSite=Lax')
  })

  it('has every attribute', () => {
    const options: CookieOptions = {
      maxAge: 60,
      expires: new Date(Date.UTC(2030, 0)),
      domain: 'example.org',
      path: '/a',
      httpOnly: false,
      sameSite: 'none',
      partitioned: true,
      priority: 'high',
    }
    assert.equal(
      line('1', options, true),
      'a=1; Max-Age=60; Domain=example.org; Path=/a; Expires=Tue, 01 Jan 2030 00:00:00 GMT; ' +
        'Secure; Partitioned; Priority=High; SameSite=None',
    )
    assert.equal(line('1', { domain: undefined, maxAge: undefined }), line('1'))
  })

  it('encodes what a value may not hold, so that it reads as it was', () => {
    for (const value of ['', 'a;b', 'a, b', '"q"', 'a\r\nSet-Cookie: b=1', '\0', 'Grüße 👋', '100%', '\\']) {
      const [pair, ...attributes] = line(value).split('; ')
      assert.deepEqual(attributes, ['Path=/', 'HttpOnly', 'SameSite=Lax'])
      assert.match(pair as string, /^a=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/)
      assert.equal(parseCookies(pair).a, value)
    }
  })

  it('refuses names that are not tokens', () => {
    for (const name of ['', 'a b', 'a=b', 'a;b', 'a\r\nb', 'ä', 'a"', 7 as unknown as string]) {
      assert.throws(() => line('1', {}, false, name), { code: 'ZZZ_COOKIE_INVALID' }, name)
    }
  })

  it('refuses attributes that could split the line, or that browsers ignore', () => {
    const impossible: CookieOptions[] = [
      { path: '/; Domain=evil.example' },
      { path: '/\r\nx: y' },
      { path: 'relative' },
      { path: '' },
      { path: `/${'x'.repeat(1024)}` },
      { domain: 'a;b' },
      { domain: 'x'.repeat(1025) },
      { maxAge: 1.5 },
      { maxAge: Number.NaN },
      { expires: new Date(Number.NaN) },
      { sameSite: 'lax; Secure' as 'lax' },
      { priority: 'urgent' as 'high' },
    ]
    for (const options of impossible) {
      assert.throws(() => line('1', options), { code: 'ZZZ_COOKIE_INVALID' }, JSON.stringify(options))
    }
    assert.throws(() => line('\ud800'), { code: 'ZZZ_COOKIE_INVALID' })
    assert.throws(() => line(undefined as unknown as string), { code: 'ZZZ_COOKIE_INVALID' })
  })

  it('refuses what browsers take over HTTPS only', () => {
    for (const options of [{ sameSite: 'none' }, { partitioned: true }] as CookieOptions[]) {
      assert.throws(() => line('1', options), { code: 'ZZZ_COOKIE_INVALID', message: /need "secure"/ })
      assert.match(line('1', options, true), /; Secure/)
    }
    for (const name of ['__Host-a', '__Secure-a', '__host-a']) {
      assert.throws(() => line('1', {}, false, name), {
        code: 'ZZZ_COOKIE_INVALID',
        message: /need "secure"/,
      })
      assert.match(line('1', {}, true, name), /; Secure/)
    }
    for (const options of [{ path: '/a' }, { domain: 'example.org' }]) {
      const expected = { code: 'ZZZ_COOKIE_INVALID', message: /prefix __Host-/ }
      assert.throws(() => line('1', options, true, '__Host-a'), expected)
      assert.match(line('1', options, true, '__Secure-a'), /; Secure/)
    }
  })

  it('refuses more than browsers keep, as it is encoded', () => {
    assert.equal(line('x'.repeat(4095)).indexOf(';'), 4097)
    for (const value of ['x'.repeat(4096), ' '.repeat(1366)]) {
      assert.throws(() => line(value), {
        code: 'ZZZ_COOKIE_TOO_LARGE',
        message: /cookie "a" has \d+ bytes, and browsers keep 4096/,
      })
    }
  })
})
