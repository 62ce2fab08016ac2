import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { serialize } from 'node:v8'
import { HttpError, ZzzError } from '../errors.ts'
import { fromWireError, toWireError } from './wire-error.ts'

describe('an error on its way to another process', () => {
  it('keeps class, code, status, headers and causes', () => {
    const cause = new ZzzError('ZZZ_BUS_FULL', 'full', { headers: { 'retry-after': '1' } })
    const back = fromWireError(toWireError(new HttpError(409, 'taken', { cause, expose: false })))
    assert.ok(back instanceof HttpError && back.cause instanceof ZzzError)
    assert.deepEqual([back.status, back.message, back.expose], [409, 'taken', false])
    assert.deepEqual([back.cause.code, back.cause.headers], ['ZZZ_BUS_FULL', { 'retry-after': '1' }])
  })

  it('can be sent, whatever was thrown', () => {
    const unreadable = Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('no message')
      },
    })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const odd = Object.assign(new Error('x'), { name: () => 'f', stack: () => 'f', code: () => 'f' })
    const headers = { a: (() => 'f') as unknown as string, b: 'c' }
    const ring = new Error('ring')
    ring.cause = ring
    for (const thrown of [
      Object.create(null),
      Symbol('s'),
      undefined,
      unreadable,
      proxy,
      odd,
      ring,
      new ZzzError('ZZZ_HTTP', 'x', { headers }),
      new Error('x', { cause: Object.create(null) }),
    ]) {
      const wire = toWireError(thrown)
      assert.ok(serialize(wire).length > 0)
      assert.ok(fromWireError(wire) instanceof Error)
    }
    assert.equal(toWireError(Object.create(null)).message, 'What was thrown cannot be read')
    assert.deepEqual(toWireError(new ZzzError('ZZZ_HTTP', 'x', { headers })).headers, { b: 'c' })
  })
})
