import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from './clock.ts'

describe('systemClock', () => {
  it('tells milliseconds since the epoch', () => {
    const before = Date.now()
    const now = systemClock.now()
    assert.ok(before <= now && now <= Date.now())
  })

  it('calls once after the time, unless disposed before', async () => {
    const called: string[] = []
    await new Promise<void>((resolve) => {
      // An unreferenced timer lets the process end, so something has to keep it here.
      const alive = setTimeout(() => {}, 60_000)
      systemClock.after(1, () => called.push('disposed'))[Symbol.dispose]()
      systemClock.after(1, () => called.push('first'))
      systemClock.after(2, () => {
        clearTimeout(alive)
        resolve()
      })
    })
    assert.deepEqual(called, ['first'])
  })

  it('does not keep the process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    using _timer = systemClock.after(60_000, () => {})
    assert.equal(timers(), before)
  })
})
