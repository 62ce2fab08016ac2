import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { plain, tracing } from './channels.ts'
import type { CacheEvent, RefusalEvent } from './events.ts'
import { subscribe } from './subscribe.ts'

const lookUp: CacheEvent = {
  cache: 'pages',
  operation: 'get',
  key: '/',
  hit: true,
  duration: 0.1,
  error: undefined,
}
const refusal: RefusalEvent = {
  reason: 'head',
  status: 400,
  remoteAddress: '192.0.2.1',
  encrypted: false,
  error: new Error('malformed'),
}

describe('subscribe', () => {
  it('hears the moments it asks for, until it is disposed', () => {
    const heard: unknown[] = []
    const channel = tracing('zzz:cache')
    {
      using _subscription = subscribe('zzz:cache', {
        start: (event) => heard.push(['start', event]),
        asyncEnd: (event) => heard.push(['asyncEnd', event.hit]),
        error: undefined,
      })
      assert.equal(channel.hasSubscribers, true)
      channel.start.publish(lookUp)
      channel.end.publish(lookUp)
      channel.asyncEnd.publish(lookUp)
    }
    assert.equal(channel.hasSubscribers, false)
    channel.start.publish(lookUp)
    assert.deepEqual(heard, [
      ['start', lookUp],
      ['asyncEnd', true],
    ])
  })

  it('hears a plain channel with one function', () => {
    const heard: unknown[] = []
    const subscription = subscribe('zzz:refusal', (event) => heard.push(event))
    plain('zzz:refusal').publish(refusal)
    subscription[Symbol.dispose]()
    subscription[Symbol.dispose]()
    plain('zzz:refusal').publish(refusal)
    assert.deepEqual(heard, [refusal])
  })

  it('counts equal handlers apart: disposing one subscription leaves the other', () => {
    let heard = 0
    const handler = () => heard++
    const first = subscribe('zzz:refusal', handler)
    using _second = subscribe('zzz:refusal', handler)
    first[Symbol.dispose]()
    plain('zzz:refusal').publish(refusal)
    assert.equal(heard, 1)
  })

  it('turns what a handler throws, now or later, into a warning', async () => {
    const failures = [
      () => {
        throw new Error('now')
      },
      async () => {
        throw new Error('later')
      },
    ]
    for (const handler of failures) {
      using _subscription = subscribe('zzz:refusal', handler)
      const warned = once(process, 'warning')
      plain('zzz:refusal').publish(refusal)
      const [warning] = await warned
      assert.match(warning.message, /^A subscriber of zzz:refusal failed: (?:now|later)$/)
    }
  })

  it('refuses channels, moments and handlers that do not exist', () => {
    const loose = subscribe as (name: unknown, handlers: unknown) => void
    const refused = (name: unknown, handlers: unknown, message: RegExp) =>
      assert.throws(() => loose(name, handlers), { code: 'ZZZ_OPTION_INVALID', message })
    refused('zzz:requests', {}, /no channel "zzz:requests"; known are zzz:request, .*zzz:refusal$/)
    refused('toString', {}, /no channel "toString"/)
    refused(Symbol.iterator, {}, /no channel a value of type symbol/)
    refused('zzz:request', { asyncend() {} }, /subscribe, zzz:request: there is no option "asyncend"/)
    refused('zzz:request', { end: 1 }, /"end" has to be a function, got 1/)
    refused('zzz:request', null, /expected an object/)
    refused('zzz:refusal', { start() {} }, /subscribe, zzz:refusal: expected a function/)
    assert.equal(tracing('zzz:request').hasSubscribers, false)
  })
})
