import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manualClock } from '../../clock.suite.ts'
import { sessionStoreSuite } from '../session-store.suite.ts'
import { memorySessions } from './memory-sessions.ts'

let stores = 0
const newName = () => `test ${stores++}`

sessionStoreSuite('memorySessions', (_t, clock) => memorySessions({ clock, name: newName() }))

describe('memorySessions, its limit', () => {
  const session = (expiresAt: number) => ({ values: {}, createdAt: 0, expiresAt })

  it('drops the session that was used longest ago', async () => {
    const store = memorySessions({ maxEntries: 3, clock: manualClock(), name: newName() })
    for (const id of ['a', 'b', 'c']) await store.create(id, session(1000))
    await store.load('a')
    await store.update('b', { set: {}, remove: [], expiresAt: 1000 })
    await store.create('d', session(1000))
    const kept = await Promise.all(['a', 'b', 'c', 'd'].map((id) => store.load(id)))
    assert.deepEqual(
      kept.map((one) => one !== undefined),
      [true, true, false, true],
    )
  })

  it('drops what has expired first', async () => {
    const clock = manualClock()
    const store = memorySessions({ maxEntries: 2, clock, name: newName() })
    await store.create('a', session(10))
    await store.create('b', session(1000))
    clock.advance(10)
    await store.create('c', session(1000))
    assert.ok(await store.load('b'))
    assert.ok(await store.load('c'))
  })

  it('refuses impossible options', () => {
    const loose = memorySessions as (options: object) => unknown
    for (const options of [{ limit: 0 }, { limit: 1.5 }, { name: '' }, { clock: 1 }, { max: 1 }]) {
      const message = new RegExp(`memorySessions: .*"${Object.keys(options)[0]}"`)
      assert.throws(() => loose(options), { code: 'ZZZ_OPTION_INVALID', message })
    }
  })
})
