import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../clock.suite.ts'
import { testKey, testSecrets } from './secrets.suite.ts'

const otherKey = 'another key, as it comes with a rotation'
const ways = [
  ['sign', 'verify'],
  ['encrypt', 'decrypt'],
] as const

for (const [make, read] of ways) {
  describe(`secrets.${make}`, () => {
    it('makes a token that fits into a cookie or a URL, and reads as its text', () => {
      const secrets = testSecrets()
      for (const text of ['', 'x', 'Grüße 👋', '{"visits":1}', 'x'.repeat(5000)]) {
        const token = secrets[make]('purpose', text)
        assert.match(token, /^[\w-]+$/)
        assert.equal(secrets[read]('purpose', token), text)
      }
    })

    it('holds for one purpose and one way only', () => {
      const secrets = testSecrets()
      const token = secrets[make]('one', 'text')
      for (const purpose of ['', 'On', 'two', 'one ']) assert.equal(secrets[read](purpose, token), undefined)
      const otherRead = read === 'verify' ? 'decrypt' : 'verify'
      assert.equal(secrets[otherRead]('one', token), undefined)
    })

    it('reads only the very token that was made', () => {
      const secrets = testSecrets()
      const token = secrets[make]('purpose', 'some text')
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      for (let at = 0; at < token.length; at++) {
        assert.equal(secrets[read]('purpose', token.slice(0, at)), undefined)
        for (const character of alphabet) {
          if (character === token[at]) continue
          const changed = token.slice(0, at) + character + token.slice(at + 1)
          assert.equal(secrets[read]('purpose', changed), undefined, changed)
        }
      }
      // Base64 is read leniently by many; there is but one way to write a token.
      for (const changed of [
        `${token}=`,
        ` ${token}`,
        `${token}A`,
        `${token}\n`,
        token.replace(/.$/, '$&!'),
      ]) {
        assert.equal(secrets[read]('purpose', changed), undefined, JSON.stringify(changed))
      }
    })

    it('is not misled by what is no token', () => {
      const secrets = testSecrets()
      for (const token of ['', 'a', '__proto__', 'null', '%00', 'ü', 'x'.repeat(100_000)]) {
        assert.equal(secrets[read]('purpose', token), undefined)
      }
      assert.equal(secrets[read]('purpose', undefined as unknown as string), undefined)
    })

    it('ends after the age that its maker or its reader allows, whichever comes first', () => {
      const clock = manualClock(Date.UTC(2030, 0))
      const secrets = testSecrets(testKey, clock)
      const short = secrets[make]('purpose', 'text', { maxAge: 10 })
      const long = secrets[make]('purpose', 'text')
      clock.advance(9_000)
      assert.equal(secrets[read]('purpose', short), 'text')
      assert.equal(secrets[read]('purpose', long, { maxAge: 10 }), 'text')
      clock.advance(1_000)
      assert.equal(secrets[read]('purpose', short), undefined)
      assert.equal(secrets[read]('purpose', short, { maxAge: 100 }), undefined)
      assert.equal(secrets[read]('purpose', long, { maxAge: 10 }), undefined)
      assert.equal(secrets[read]('purpose', long, { maxAge: 11 }), 'text')
      clock.advance(40 * 365 * 86_400_000)
      assert.equal(secrets[read]('purpose', long), 'text')
    })

    it('refuses an impossible age', () => {
      const secrets = testSecrets()
      for (const maxAge of [
        -1,
        1.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2 ** 32,
        '1' as unknown as number,
      ]) {
        const expected = { code: 'ZZZ_OPTION_INVALID', message: /"maxAge" has to be whole seconds/ }
        assert.throws(() => secrets[make]('purpose', 'text', { maxAge }), expected)
        const token = secrets[make]('purpose', 'text')
        assert.throws(() => secrets[read]('purpose', token, { maxAge }), expected)
      }
    })

    it('makes with the first key and reads with all, so that keys can be replaced', () => {
      const before = testSecrets(testKey)
      const during = testSecrets([otherKey, testKey])
      const after = testSecrets(otherKey)
      assert.equal(during[read]('purpose', before[make]('purpose', 'old')), 'old')
      assert.equal(after[read]('purpose', during[make]('purpose', 'new')), 'new')
      assert.equal(before[read]('purpose', during[make]('purpose', 'new')), undefined)
      assert.equal(after[read]('purpose', before[make]('purpose', 'old')), undefined)
    })
  })
}

describe('secrets', () => {
  it('hides the text only where it encrypts, and never makes the same token twice there', () => {
    const secrets = testSecrets()
    const shown = Buffer.from(secrets.sign('purpose', 'visible text'), 'base64url').toString('latin1')
    assert.ok(shown.includes('visible text'))
    const tokens = new Set(Array.from({ length: 1000 }, () => secrets.encrypt('purpose', 'hidden text')))
    assert.equal(tokens.size, 1000)
    for (const token of tokens) {
      assert.ok(!Buffer.from(token, 'base64url').toString('latin1').includes('hidden'))
      assert.equal(secrets.decrypt('purpose', token), 'hidden text')
    }
  })

  it('keeps working when there are more purposes than it keeps keys for', () => {
    const secrets = testSecrets()
    const token = secrets.sign('first', 'text')
    for (let i = 0; i < 1100; i++) secrets.sign(`purpose ${i}`, '')
    assert.equal(secrets.verify('first', token), 'text')
  })
})
