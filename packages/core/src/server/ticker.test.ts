import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Ticker } from './ticker.ts'
import { defaultTimeouts } from './timeouts.ts'

/** The shortest interval there is. */
const fast = { ...defaultTimeouts, header: 1 }
const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

/** Resolves at the next tick. */
function nextTick(ticker: Ticker): Promise<number> {
  return new Promise((resolve) => {
    // The ticker lets the process end, so something has to keep it here.
    const alive = setTimeout(() => {}, 60_000)
    const member = {
      tick(now: number) {
        ticker.delete(member)
        clearTimeout(alive)
        resolve(now)
      },
    }
    ticker.add(member)
  })
}

describe('Ticker', () => {
  it('knows time and date from the first member on', () => {
    const ticker = new Ticker(defaultTimeouts)
    const before = performance.now()
    const member = { tick() {} }
    ticker.add(member)
    assert.ok(ticker.now >= before && ticker.now <= performance.now())
    const [, date = ''] = /^date: (.+)\r\n$/.exec(ticker.date) ?? []
    assert.equal(new Date(date).toUTCString(), date)
    assert.ok(Math.abs(Date.parse(date) - Date.now()) < 2000)
    ticker.delete(member)
  })

  it('tells every member the time, again and again', async () => {
    const ticker = new Ticker(fast)
    const first = await nextTick(ticker)
    const [second, other] = await Promise.all([nextTick(ticker), nextTick(ticker)])
    assert.equal(second, other)
    assert.ok(second > first)
    assert.equal(ticker.now, second)
  })

  it('tells nobody who left', async () => {
    const ticker = new Ticker(fast)
    const left = { tick: () => assert.fail('it has left') }
    ticker.add(left)
    ticker.delete(left)
    await nextTick(ticker)
    await nextTick(ticker)
  })

  it('keeps no process alive', () => {
    const before = timers()
    const ticker = new Ticker(defaultTimeouts)
    const member = { tick() {} }
    ticker.add(member)
    assert.equal(timers(), before)
    ticker.delete(member)
  })

  it('runs when all time-outs are off, and stops with the last member', async () => {
    const off = Object.fromEntries(Object.keys(defaultTimeouts).map((name) => [name, Infinity]))
    const ticker = new Ticker(off as unknown as typeof defaultTimeouts)
    const started = ticker.now
    await nextTick(ticker)
    assert.ok(ticker.now > started)
  })
})
