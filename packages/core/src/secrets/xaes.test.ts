import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { createXaes, nonceLength } from './xaes.ts'

const text = (value: string) => Buffer.from(value, 'latin1')

describe('createXaes', () => {
  it('seals as the specification does', () => {
    // The first test vector of C2SP XAES-256-GCM; its accumulated ones have additional data, which we do without.
    const xaes = createXaes(Buffer.alloc(32, 0x01))
    const sealed = xaes.seal(text('ABCDEFGHIJKLMNOPQRSTUVWX'), text('XAES-256-GCM'))
    assert.equal(sealed.toString('hex'), 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271')
  })

  it('takes the other branch of the subkey too', () => {
    // The second vector's key; without its additional data the ciphertext is the same, and only the tag differs.
    const xaes = createXaes(Buffer.alloc(32, 0x03))
    const sealed = xaes.seal(text('ABCDEFGHIJKLMNOPQRSTUVWX'), text('XAES-256-GCM'))
    assert.equal(sealed.toString('hex').slice(0, 24), '986ec1832593df5443a17943')
  })

  it('opens what it sealed, of any length', () => {
    const xaes = createXaes(randomBytes(32))
    for (const length of [0, 1, 15, 16, 17, 4096]) {
      const nonce = randomBytes(nonceLength)
      const message = randomBytes(length)
      assert.deepEqual(xaes.open(nonce, xaes.seal(nonce, message)), message)
    }
  })

  it('does not open what was changed in any bit, cut, or sealed under another key or nonce', () => {
    const xaes = createXaes(randomBytes(32))
    const nonce = randomBytes(nonceLength)
    const sealed = xaes.seal(nonce, text('message'))
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      assert.equal(xaes.open(nonce, changed), undefined, `bit ${bit}`)
    }
    for (let length = 0; length < sealed.length; length++) {
      assert.equal(xaes.open(nonce, sealed.subarray(0, length)), undefined, `${length} bytes`)
    }
    for (let byte = 0; byte < nonceLength; byte++) {
      const other = Buffer.from(nonce)
      other[byte] = (other[byte] as number) ^ 1
      assert.equal(xaes.open(other, sealed), undefined, `nonce byte ${byte}`)
    }
    assert.equal(createXaes(randomBytes(32)).open(nonce, sealed), undefined)
  })
})
