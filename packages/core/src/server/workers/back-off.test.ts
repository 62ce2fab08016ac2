import assert from 'node:assert/strict'
import { it } from 'node:test'
import { manualClock } from '../../clock.suite.ts'
import { BackOff } from './back-off.ts'

it('starts the next worker at once, and then waits longer each time', () => {
  const backOff = new BackOff(manualClock())
  const delays = Array.from({ length: 10 }, () => backOff.after(undefined))
  assert.deepEqual(delays, [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
})

it('begins anew when a worker has run for a while', () => {
  const clock = manualClock(1_000_000)
  const backOff = new BackOff(clock)
  assert.deepEqual([backOff.after(clock.now()), backOff.after(clock.now())], [0, 100])
  const since = clock.now()
  clock.advance(9999)
  assert.equal(backOff.after(since), 200)
  clock.advance(1)
  assert.equal(backOff.after(since), 0)
})
