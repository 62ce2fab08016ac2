import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Ticker } from '../../ticker.ts'
import { defaultTimeouts } from '../../timeouts.ts'
import { type Phase, PhaseTimer } from './phase-timer.ts'

const timeouts = { ...defaultTimeouts, header: 100, body: 2000, handler: 300, keepAlive: 400 }

describe('PhaseTimer', () => {
  let ticker: Ticker
  let timer: PhaseTimer
  /** The ticker is not started, so time stands where a test puts it. */
  const at = (now: number) => {
    ticker.now = now
    return timer.expired(now)
  }

  beforeEach(() => {
    ticker = new Ticker(timeouts)
    ticker.now = 1000
    timer = new PhaseTimer(timeouts, ticker)
  })

  it('gives a new connection the time of a head', () => {
    assert.equal(timer.phase, 'opening')
    assert.equal(at(1099), false)
    assert.equal(at(1100), true)
  })

  it('gives each phase its time from when it is entered, and says once that it is up', () => {
    const allowances: [Phase, number][] = [
      ['head', 100],
      ['body', 2000],
      ['handler', 300],
      ['idle', 400],
    ]
    for (const [phase, allowance] of allowances) {
      ticker.now = 5000
      timer.enter(phase)
      assert.equal(timer.phase, phase)
      assert.equal(at(5000 + allowance - 1), false, phase)
      assert.equal(at(5000 + allowance), true, phase)
      assert.equal(at(5000 + allowance * 10), false, phase)
    }
  })

  it('leaves a reply and a closing to others', () => {
    for (const phase of ['reply', 'closing'] as const) {
      timer.enter(phase)
      assert.equal(at(Number.MAX_SAFE_INTEGER), false)
    }
  })

  it('gives a body another second for each 250 bytes', () => {
    ticker.now = 0
    timer.enter('body')
    ticker.now = 1500
    timer.progress(250)
    assert.equal(at(2999), false)
    assert.equal(at(3000), true)
  })

  it('gives a fast body no credit beyond its time', () => {
    ticker.now = 0
    timer.enter('body')
    ticker.now = 10
    timer.progress(1_000_000)
    assert.equal(at(2009), false)
    assert.equal(at(2010), true)
  })

  it('does not let a drip go on for ever', () => {
    ticker.now = 0
    timer.enter('body')
    let now = 0
    for (; now < 60_000; now += 100) {
      if (at(now)) break
      timer.progress(1)
    }
    assert.ok(now >= 2000 && now < 2200, `cut at ${now}`)
  })
})
