import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ZzzError } from '../errors.ts'
import { errorRecord } from './error-record.ts'

describe('errorRecord', () => {
  it('keeps type, message, code, status, stack and the chain of causes', () => {
    const root = new TypeError('root')
    const record = errorRecord(
      new ZzzError('ZZZ_BODY_TYPE', 'outer', { cause: new Error('middle', { cause: root }) }),
    )
    assert.partialDeepStrictEqual(record, {
      type: 'ZzzError',
      message: 'outer',
      code: 'ZZZ_BODY_TYPE',
      status: 415,
      cause: {
        type: 'Error',
        message: 'middle',
        cause: { type: 'TypeError', message: 'root', stack: root.stack },
      },
    })
  })

  it('leaves out stacks where it is told to, of causes too', () => {
    const record = errorRecord(new Error('a', { cause: new Error('b') }), { stack: false })
    assert.deepEqual(record, { type: 'Error', message: 'a', cause: { type: 'Error', message: 'b' } })
  })

  it('lists the errors of an AggregateError', () => {
    const record = errorRecord(new AggregateError([new Error('a'), 'b'], 'both'), { stack: false })
    assert.deepEqual(record, {
      type: 'AggregateError',
      message: 'both',
      errors: [
        { type: 'Error', message: 'a' },
        { type: 'string', message: 'b' },
      ],
    })
  })

  it('leaves out what a failed validation lists, which is no error', () => {
    const invalid = Object.assign(new Error('invalid'), { errors: [{ detail: 'is taken' }] })
    assert.deepEqual(errorRecord(invalid, { stack: false }), { type: 'Error', message: 'invalid' })
  })

  it('leaves out other properties, and passwords of URLs', () => {
    const error = Object.assign(new Error('no postgres://a:hunter2@db'), {
      config: { headers: { cookie: 'hunter2' } },
    })
    assert.ok(!JSON.stringify(errorRecord(error)).includes('hunter2'))
  })

  it('ends: cycles, long chains, long texts', () => {
    const cycle = new Error('x'.repeat(1e6))
    cycle.cause = cycle
    assert.ok(JSON.stringify(errorRecord(cycle)).length < 200_000)
    const fan: AggregateError = new AggregateError([], 'fan')
    fan.errors.push(fan, fan)
    assert.ok(JSON.stringify(errorRecord(fan, { stack: false })).length < 100_000)
  })

  it('takes anything that is thrown', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {})
    revoke()
    const evil = Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('no')
      },
    })
    for (const thrown of [undefined, null, 7, 'text', Symbol('s'), {}, proxy, evil, Object.create(null)])
      assert.equal(typeof errorRecord(thrown).message, 'string')
    assert.deepEqual(errorRecord(7), { type: 'number', message: '7' })
  })
})
