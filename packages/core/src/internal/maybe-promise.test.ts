import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isPromise } from './maybe-promise.ts'

it('isPromise knows everything that can be awaited', () => {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
  for (const value of [Promise.resolve(1), { then() {} }]) assert.equal(isPromise<unknown>(value), true)
  // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
  for (const value of [undefined, null, 0, '', 'then', {}, { then: 1 }, () => {}]) {
    assert.equal(isPromise<unknown>(value), false, String(value))
  }
})
