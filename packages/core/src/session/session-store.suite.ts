import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import { type ManualClock, manualClock } from '../clock.suite.ts'
import type { SessionStore } from './session-store.ts'

/** Makes a store for one test, which goes by the clock. */
export type MakeStore = (t: TestContext, clock: ManualClock) => SessionStore | Promise<SessionStore>

const hour = 3_600_000

/** What every session store has to do; for those of other packages too. */
export function sessionStoreSuite(name: string, make: MakeStore, skip: string | false = false): void {
  const newId = () => randomBytes(32).toString('base64url')

  async function setUp(t: TestContext) {
    const clock = manualClock(Math.floor(Date.now() / 1000) * 1000)
    const store = await make(t, clock)
    const [createdAt, expiresAt] = [clock.now(), clock.now() + hour]
    return { clock, store, id: newId(), session: { values: { a: '1', b: '"x"' }, createdAt, expiresAt } }
  }

  describe(name, { skip }, () => {
    it('gives back what it was given, and nothing for another id', async (t) => {
      const { store, id, session } = await setUp(t)
      assert.equal(await store.load(id), undefined)
      await store.create(id, session)
      assert.deepEqual(await store.load(id), session)
      assert.equal(await store.load(newId()), undefined)
      assert.equal(await store.load('__proto__'), undefined)
    })

    it('keeps texts of any kind, and a session without any', async (t) => {
      const { store, id, session } = await setUp(t)
      const values = {
        empty: '""',
        text: '"Grüße 👋 \\u0000 \\n"',
        'a.b-c_1': '{"x":[1,2]}',
        large: 'x'.repeat(60_000),
      }
      await store.create(id, { ...session, values })
      assert.deepEqual((await store.load(id))?.values, values)
      const other = newId()
      await store.create(other, { ...session, values: {} })
      assert.deepEqual(await store.load(other), { ...session, values: {} })
    })

    it('hands out copies', async (t) => {
      const { store, id, session } = await setUp(t)
      const given = { ...session, values: { ...session.values } }
      await store.create(id, given)
      given.values.a = '2'
      const loaded = await store.load(id)
      Object.assign(loaded?.values ?? {}, { a: '3' })
      assert.equal((await store.load(id))?.values.a, '1')
    })

    it('changes the names it is given and leaves all others', async (t) => {
      const { store, id, session } = await setUp(t)
      await store.create(id, session)
      const { expiresAt } = session
      assert.equal(
        await store.update(id, { set: { a: '2', c: '3' }, remove: ['b', 'none'], expiresAt }),
        true,
      )
      assert.deepEqual((await store.load(id))?.values, { a: '2', c: '3' })
    })

    it('loses nothing of many changes at once', async (t) => {
      const { store, id, session } = await setUp(t)
      await store.create(id, { ...session, values: {} })
      const names = Array.from({ length: 50 }, (_, i) => `n${i}`)
      await Promise.all(
        names.map((each) =>
          store.update(id, { set: { [each]: '1' }, remove: [], expiresAt: session.expiresAt }),
        ),
      )
      assert.deepEqual(Object.keys((await store.load(id))?.values ?? {}).sort(), names.sort())
    })

    it('does not bring back what has ended', async (t) => {
      const { store, id, session } = await setUp(t)
      const change = { set: { a: '1' }, remove: [], expiresAt: session.expiresAt }
      assert.equal(await store.update(id, change), false)
      assert.equal(await store.load(id), undefined)
      await store.create(id, session)
      await store.destroy(id)
      assert.equal(await store.load(id), undefined)
      assert.equal(await store.update(id, change), false)
      assert.equal(await store.load(id), undefined)
      await store.destroy(id)
    })

    it('forgets a session when it expires', async (t) => {
      const { clock, store, id, session } = await setUp(t)
      await store.create(id, session)
      clock.advance(hour - 1)
      assert.ok(await store.load(id))
      clock.advance(1)
      assert.equal(await store.load(id), undefined)
      assert.equal(await store.update(id, { set: {}, remove: [], expiresAt: clock.now() + hour }), false)
      assert.equal(await store.load(id), undefined)
    })

    it('prolongs a session, and does not shorten it', async (t) => {
      const { clock, store, id, session } = await setUp(t)
      await store.create(id, session)
      const later = session.expiresAt + hour
      await store.update(id, { set: {}, remove: [], expiresAt: later })
      await store.update(id, { set: {}, remove: [], expiresAt: session.expiresAt })
      assert.equal((await store.load(id))?.expiresAt, later)
      clock.advance(2 * hour - 1)
      assert.deepEqual((await store.load(id))?.values, session.values)
      assert.equal((await store.load(id))?.createdAt, session.createdAt)
    })
  })
}
