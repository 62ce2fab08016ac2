import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assign } from './assign.ts'
import { makeContext } from './context.suite.ts'

const user = assign<{ name: string }>('user')
const maybe = assign<string | undefined>('maybe')

describe('assign', () => {
  it('carries a value from one step to the next, replaced by the last one', () => {
    const ctx = makeContext()
    ctx.set(user, { name: 'Ada' })
    assert.equal(ctx.get(user).name, 'Ada')
    ctx.set(user, { name: 'Bea' })
    assert.equal(ctx.find(user)?.name, 'Bea')
  })

  it('says what to do where nothing was set', () => {
    const ctx = makeContext({ method: 'POST', target: '/x?y' })
    assert.equal(ctx.find(user), undefined)
    assert.throws(() => ctx.get(user), {
      code: 'ZZZ_ASSIGN_MISSING',
      message: /"user" for POST \/x\. Put the middleware that sets it before what reads it/,
    })
    assert.throws(() => ctx.get(assign('named', 'requireUser')), { message: /\. Put requireUser before/ })
    ctx.set(maybe, 'other key')
    assert.throws(() => ctx.get(user), { code: 'ZZZ_ASSIGN_MISSING' })
  })

  it('tells undefined from nothing', () => {
    const ctx = makeContext()
    ctx.set(maybe, undefined)
    assert.equal(ctx.get(maybe), undefined)
  })

  it('makes two keys of one name', () => {
    const ctx = makeContext()
    ctx.set(user, { name: 'Ada' })
    assert.equal(ctx.find(assign('user')), undefined)
  })

  it('keeps requests apart', () => {
    makeContext().set(user, { name: 'Ada' })
    assert.equal(makeContext().find(user), undefined)
  })

  it('keeps lazy values until they are read, and makes them once', () => {
    const ctx = makeContext()
    const key = assign<number>('count')
    let made = 0
    ctx.setLazy(key, () => {
      made++
      if (made === 1) throw new Error('not yet')
      return made
    })
    assert.equal(made, 0)
    assert.throws(() => ctx.get(key), /not yet/)
    assert.deepEqual([ctx.get(key), ctx.find(key), made], [2, 2, 2])
    ctx.set(key, 7)
    assert.equal(ctx.get(key), 7)
  })
})
