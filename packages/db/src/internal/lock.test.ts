import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Lock } from './lock.ts'

const makeLock = (options: { timeout?: number; limit?: number } = {}) =>
  new Lock({ timeout: 1000, limit: 10, refuse: (why) => new Error(why), ...options })

it('Lock lets the first in at once, and the others in the order in which they came', async () => {
  const lock = makeLock()
  const order: number[] = []
  assert.equal(lock.acquire(), undefined)
  const others = [1, 2, 3].map(async (number) => {
    await lock.acquire()
    order.push(number)
    lock.release()
  })
  assert.equal(lock.waiting, 3)
  lock.release()
  await Promise.all(others)
  assert.deepEqual(order, [1, 2, 3])
  assert.equal(lock.held, false)
})

it('Lock stays synchronous where nothing waits, and is free after an error', async () => {
  const lock = makeLock()
  assert.equal(
    lock.with(() => 7),
    7,
  )
  assert.throws(() => lock.with(() => assert.fail('in the task')), /in the task/)
  await assert.rejects(async () => lock.with(() => Promise.reject(new Error('later'))), /later/)
  assert.equal(lock.held, false)
})

it('Lock refuses who waits too long and who is one too many, and goes on without them', async () => {
  const lock = makeLock({ timeout: 5, limit: 1 })
  lock.acquire()
  const late = assert.rejects(async () => lock.acquire(), /^Error: timeout$/)
  await assert.rejects(async () => lock.acquire(), /^Error: limit$/)
  await late
  lock.release()
  assert.equal(lock.acquire(), undefined)
})
