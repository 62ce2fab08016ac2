import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isPromise, mapMaybe } from './maybe-promise.ts'

it('isPromise knows everything that can be awaited', () => {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
  for (const value of [Promise.resolve(1), { then() {} }]) assert.equal(isPromise<unknown>(value), true)
  // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
  for (const value of [undefined, null, 0, '', 'then', {}, { then: 1 }, () => {}]) {
    assert.equal(isPromise<unknown>(value), false, String(value))
  }
})

it('mapMaybe maps at once what is here, and later what comes later', async () => {
  assert.equal(
    mapMaybe(1, (value) => value + 1),
    2,
  )
  const later = mapMaybe(Promise.resolve(1), (value) => value + 1)
  assert.ok(later instanceof Promise)
  assert.equal(await later, 2)
  await assert.rejects(async () => mapMaybe(Promise.reject(new Error('below')), () => 1), /below/)
})
