import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { within } from './within.ts'

const late = () => new Error('too late')

describe('within', () => {
  it('gives what comes in time, a failure too', async () => {
    assert.equal(await within(60_000, 'now', late), 'now')
    assert.equal(await within(60_000, Promise.resolve('later'), late), 'later')
    await assert.rejects(within(60_000, Promise.reject(new Error('broken')), late), /broken/)
  })

  it('rejects when it is not there in time, and drops what comes then', async () => {
    const { promise, reject } = Promise.withResolvers<never>()
    await assert.rejects(within(1, promise, late), /too late/)
    reject(new Error('nobody hears of it'))
  })

  it('waits for any number of milliseconds', async () => {
    assert.equal(await within(Number.POSITIVE_INFINITY, Promise.resolve('here'), late), 'here')
  })
})
