import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorCodes, HttpError, statusOf, ZzzError } from './errors.ts'

describe('ZzzError', () => {
  it('carries its code and the status of that code', () => {
    const error = new ZzzError('ZZZ_BODY_TOO_LARGE', 'too much')
    assert.equal(error.name, 'ZzzError')
    assert.equal(error.code, 'ZZZ_BODY_TOO_LARGE')
    assert.equal(error.status, 413)
    assert.equal(error.message, 'too much')
    assert.equal(error.headers, undefined)
    assert.equal('cause' in error, false)
    assert.ok(error instanceof Error)
  })

  it('takes a cause, another status and headers', () => {
    const cause = new Error('below')
    const error = new ZzzError('ZZZ_HTTP', 'x', { cause, status: 418, headers: { allow: 'GET' } })
    assert.equal(error.cause, cause)
    assert.equal(error.status, 418)
    assert.deepEqual(error.headers, { allow: 'GET' })
  })

  it('has a status that fits an error for every code', () => {
    for (const [code, status] of Object.entries(errorCodes)) {
      assert.match(code, /^ZZZ_[A-Z_]+$/)
      assert.ok(Number.isInteger(status) && status >= 400 && status <= 599, code)
    }
  })
})

describe('HttpError', () => {
  it('exposes its message below 500 only, unless told', () => {
    assert.equal(new HttpError(499, 'x').expose, true)
    assert.equal(new HttpError(500, 'x').expose, false)
    assert.equal(new HttpError(503, 'x', { expose: true }).expose, true)
    assert.equal(new HttpError(404, 'x', { expose: false }).expose, false)
  })

  it('is a ZzzError with its own status', () => {
    const cause = new Error('below')
    const error = new HttpError(409, 'taken', { cause, headers: { 'retry-after': '1' } })
    assert.ok(error instanceof ZzzError)
    assert.deepEqual(
      [error.name, error.code, error.status, error.message],
      ['HttpError', 'ZZZ_HTTP', 409, 'taken'],
    )
    assert.equal(error.cause, cause)
    assert.deepEqual(error.headers, { 'retry-after': '1' })
  })

  it('refuses a status that is no error', () => {
    for (const status of [0, 200, 399, 600, 404.5, Number.NaN]) {
      assert.throws(() => new HttpError(status, 'x'), {
        code: 'ZZZ_STATUS_INVALID',
        message: new RegExp(`${status}$`),
      })
    }
  })
})

describe('statusOf', () => {
  it('believes the status of anything thrown, when it is one of an error', () => {
    assert.equal(statusOf(new HttpError(404, 'x')), 404)
    assert.equal(statusOf({ status: 422 }), 422)
    assert.equal(statusOf({ status: 599 }), 599)
  })

  it('is 500 for everything else', () => {
    const thrown = [
      undefined,
      null,
      'text',
      404,
      {},
      new Error('x'),
      ...[200, 399, 600, 404.5, '404'].map((status) => ({ status })),
    ]
    for (const value of thrown) assert.equal(statusOf(value), 500)
  })
})
