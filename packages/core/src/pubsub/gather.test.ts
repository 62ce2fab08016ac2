import assert from 'node:assert/strict'
import { it } from 'node:test'
import { gatherFromWorkers } from './gather.ts'

it('a process without workers answers alone, once for all who ask at the same time', async () => {
  let asked = 0
  const gather = gatherFromWorkers('alone', async () => ({ value: ++asked, bytes: 8 }))
  assert.deepEqual(await Promise.all([gather(), gather()]), [[1], [1]])
  assert.deepEqual(await gather(), [2])
})

it('a process that cannot answer says so, and asks anew the next time', async () => {
  let asked = 0
  const gather = gatherFromWorkers('broken', async () => {
    if (asked++ === 0) throw new Error('not now')
    return { value: 'now', bytes: 8 }
  })
  await assert.rejects(gather(), /not now/)
  assert.deepEqual(await gather(), ['now'])
})
