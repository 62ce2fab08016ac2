import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../clock.suite.ts'
import { Reply } from '../http/reply.ts'
import { testKey, testSecrets } from '../secrets/secrets.suite.ts'
import { type ContextParts, makeContext } from './context.suite.ts'
import { encryptedCookie, type ProtectedCookie, signedCookie } from './protected-cookie.ts'

/** A request that brings cookies. */
const withCookies = (cookie: string, parts: ContextParts = {}) =>
  makeContext({ ...parts, headers: { cookie } })
/** The `name=value` that a cookie becomes. */
function pairOf(cookie: ProtectedCookie, value: string, parts: ContextParts = {}): string {
  const reply = cookie.set(makeContext(parts), new Reply(200, null), value)
  return (reply.headers.get('set-cookie') as string).split('; ')[0] as string
}

const https: ContextParts = { peer: { encrypted: true } }

for (const [kind, make] of [
  ['signedCookie', signedCookie],
  ['encryptedCookie', encryptedCookie],
] as const) {
  describe(kind, () => {
    it('comes back as it was set', () => {
      const theme = make('theme')
      for (const value of ['', 'dark', 'a; b="c"', 'Grüße']) {
        assert.equal(theme.get(withCookies(pairOf(theme, value))), value)
      }
      assert.equal(theme.get(makeContext()), undefined)
    })

    it('is nothing when it was changed, cut, or invented', () => {
      const theme = make('theme')
      const pair = pairOf(theme, 'dark')
      for (let at = 'theme='.length; at < pair.length; at++) {
        const other = pair[at] === 'A' ? 'B' : 'A'
        assert.equal(theme.get(withCookies(pair.slice(0, at) + other + pair.slice(at + 1))), undefined)
        assert.equal(theme.get(withCookies(pair.slice(0, at))), undefined)
      }
      assert.equal(theme.get(withCookies('theme=dark')), undefined)
    })

    it('is nothing under another name, or another way of protection', () => {
      const [theme, role] = [make('theme'), make('role')]
      const token = pairOf(theme, 'admin').slice('theme='.length)
      assert.equal(role.get(withCookies(`role=${token}`)), undefined)
      const other = make === signedCookie ? encryptedCookie('theme') : signedCookie('theme')
      assert.equal(other.get(withCookies(`theme=${token}`)), undefined)
    })

    it('ends when its time is over, though the client keeps it', () => {
      const clock = manualClock(Date.UTC(2030, 0))
      const secrets = testSecrets(testKey, clock)
      const theme = make('theme', { maxAge: 60 })
      const pair = pairOf(theme, 'dark', { secrets })
      clock.advance(59_000)
      assert.equal(theme.get(withCookies(pair, { secrets })), 'dark')
      clock.advance(1_000)
      assert.equal(theme.get(withCookies(pair, { secrets })), undefined)
    })

    it('survives the rotation of keys', () => {
      const theme = make('theme')
      const newKey = 'the new key, which comes before the old'
      const pair = pairOf(theme, 'dark', { secrets: testSecrets() })
      assert.equal(theme.get(withCookies(pair, { secrets: testSecrets([newKey, testKey]) })), 'dark')
      assert.equal(theme.get(withCookies(pair, { secrets: testSecrets(newKey) })), undefined)
    })

    it('has the prefix __Host- over HTTPS, and there no other', () => {
      const theme = make('theme')
      const pair = pairOf(theme, 'dark', https)
      assert.match(pair, /^__Host-theme=/)
      assert.equal(theme.get(withCookies(pair, https)), 'dark')
      // What came over HTTP, or from a neighbouring host, is not taken for it.
      assert.equal(theme.get(withCookies(pair.replace('__Host-', ''), https)), undefined)
      assert.equal(theme.get(withCookies(pair)), undefined)
      for (const options of [{ path: '/a' }, { domain: 'example.org' }, { secure: false }]) {
        assert.match(pairOf(make('theme', options), 'x', https), /^theme=/)
      }
      assert.match(pairOf(make('theme', { secure: true }), 'x'), /^__Host-theme=/)
      assert.match(pairOf(make('theme', { sameSite: 'none' }), 'x'), /^__Host-theme=/)
      assert.match(pairOf(make('__Secure-theme'), 'x'), /^__Secure-theme=/)
    })

    it('has its attributes, and is cleared with them', () => {
      const theme = make('theme', { maxAge: 60, path: '/a' })
      const reply = theme.set(makeContext(), new Reply(200, null), 'dark')
      assert.match(
        reply.headers.get('set-cookie') as string,
        /; Max-Age=60; Path=\/a; HttpOnly; SameSite=Lax$/,
      )
      theme.clear(makeContext(), reply)
      assert.match(reply.headers.get('set-cookie') as string, /^theme=; Max-Age=0; Path=\/a; Expires=/)
      const secure = make('theme').clear(makeContext(https), new Reply(200, null))
      assert.match(secure.headers.get('set-cookie') as string, /^__Host-theme=; .*; Secure/)
    })

    it('refuses impossible options, and values too large for browsers', () => {
      const loose = make as (name: string, options: object) => ProtectedCookie
      for (const options of [{ maxage: 1 }, { maxAge: '1' }, { expires: new Date() }, { sameSite: 'Lax' }]) {
        const message = new RegExp(`${kind} "theme": .*"${Object.keys(options)[0]}"`)
        assert.throws(() => loose('theme', options), { code: 'ZZZ_OPTION_INVALID', message })
      }
      assert.throws(() => pairOf(make('theme'), 'x'.repeat(3500)), { code: 'ZZZ_COOKIE_TOO_LARGE' })
    })
  })
}

describe('encryptedCookie', () => {
  it('hides its value, and signedCookie shows it', () => {
    const read = (pair: string) => Buffer.from(pair.slice('a='.length), 'base64url').toString('latin1')
    assert.ok(!read(pairOf(encryptedCookie('a'), 'visible?')).includes('visible?'))
    assert.ok(read(pairOf(signedCookie('a'), 'visible?')).includes('visible?'))
  })
})
