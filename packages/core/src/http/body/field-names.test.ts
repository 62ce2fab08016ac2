import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nestFields } from './field-names.ts'
import { parseUrlencoded } from './urlencoded.ts'

const nest = (text: string) => nestFields(parseUrlencoded(text, 1000))
/** As plain objects, to compare. */
const plain = (text: string) => JSON.parse(JSON.stringify(nest(text)))

describe('nestFields', () => {
  it('nests names, and the last of one name counts', () => {
    assert.deepEqual(plain('a=1&b=2&a=3'), { a: '3', b: '2' })
    assert.deepEqual(plain('user[name]=Ada&user[address][city]=London&x=1'), {
      user: { name: 'Ada', address: { city: 'London' } },
      x: '1',
    })
    assert.deepEqual(plain('tags[]=a&tags[]=b&u[tags][]=c'), { tags: ['a', 'b'], u: { tags: ['c'] } })
    assert.deepEqual(plain('items[0][t]=a&items[1][t]=b'), { items: { 0: { t: 'a' }, 1: { t: 'b' } } })
    assert.deepEqual(plain('user%5Bname%5D=Ada'), { user: { name: 'Ada' } })
  })

  it('takes a name of no such form as it is', () => {
    const text = 'a[b=1&a]b=2&[a]=3&a[][b]=4&a[b]c=5&[]=6&=7&a[[b]]=8&a[]b=9'
    assert.deepEqual(plain(text), Object.fromEntries(new URLSearchParams(text)))
  })

  it('refuses a name that is used in two ways', () => {
    for (const text of [
      'a=1&a[b]=2',
      'a[b]=2&a=1',
      'a[]=1&a=2',
      'a=1&a[]=2',
      'a[]=1&a[b]=2',
      'a[b]=1&a[b][c]=2',
      'a[b]=1&a[]=1',
    ]) {
      assert.throws(() => nest(text), { code: 'ZZZ_BODY_MALFORMED', status: 400 }, text)
    }
  })

  it('has no prototype at any level', () => {
    const values = nest('a[b]=1')
    assert.equal(values.toString, undefined)
    assert.equal(Object.getPrototypeOf(values), null)
    assert.equal(Object.getPrototypeOf(values.a), null)
    assert.deepEqual(plain('toString=1&hasOwnProperty[x]=2'), { toString: '1', hasOwnProperty: { x: '2' } })
  })

  it('refuses names that reach a prototype', () => {
    for (const text of [
      '__proto__=1',
      '__proto__[a]=1',
      'a[__proto__][b]=1',
      '__proto__[]=1',
      'constructor[prototype][a]=1',
      'a[constructor][prototype]=1',
    ]) {
      assert.throws(() => nest(text), { code: 'ZZZ_BODY_PROTOTYPE', status: 400 }, text)
    }
    assert.deepEqual(plain('constructor=Acme&prototype=1'), { constructor: 'Acme', prototype: '1' })
  })

  it('refuses more than 16 levels, also in a name that is long', () => {
    const name = (levels: number) => `a${'[b]'.repeat(levels - 1)}=1`
    assert.doesNotThrow(() => nest(name(16)))
    assert.throws(() => nest(name(17)), { code: 'ZZZ_BODY_TOO_DEEP', status: 400 })
    assert.throws(() => nest(name(300_000)), { code: 'ZZZ_BODY_TOO_DEEP' })
    assert.doesNotThrow(() => nest(`${'a['.repeat(300_000)}=1`))
  })
})
