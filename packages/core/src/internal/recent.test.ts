import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRecent } from './recent.ts'

describe('createRecent', () => {
  const keys = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

  it('remembers the last ones, and no more than twice as many', () => {
    const recent = createRecent<number>(10)
    for (const [value, key] of keys(100, 'k').entries()) recent.set(key, value)
    const known = keys(100, 'k').filter((key) => recent.get(key) !== undefined)
    assert.deepEqual(known.slice(-10), keys(100, 'k').slice(-10))
    assert.ok(known.length <= 20)
    assert.equal(recent.get('k99'), 99)
    assert.equal(recent.get('__proto__'), undefined)
  })

  it('remembers what is asked for, whatever comes in between', () => {
    const recent = createRecent<number>(10)
    recent.set('mine', 1)
    for (const key of keys(1000, 'other')) {
      recent.set(key, 0)
      if (key.endsWith('5')) assert.equal(recent.get('mine'), 1)
    }
  })

  it('gives the newest value of a key', () => {
    const recent = createRecent<number>(2)
    for (let value = 0; value < 10; value++) {
      recent.set('key', value)
      recent.set(`other ${value}`, 0)
      assert.equal(recent.get('key'), value)
    }
  })
})
