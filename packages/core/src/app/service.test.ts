import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { ZzzError } from '../errors.ts'
import { createApp } from './app.ts'
import { runServices, type Service } from './service.ts'

interface Faults {
  readonly start?: Error
  readonly stop?: Error
}

/** Services that note what happens to them, with faults by name. */
function makeServices(names: string, faults: Record<string, Faults> = {}) {
  const log: string[] = []
  const signals: AbortSignal[] = []
  const services = [...names].map(
    (name): Service => ({
      name,
      async start({ signal }) {
        signals.push(signal)
        await new Promise(setImmediate)
        if (faults[name]?.start !== undefined) throw faults[name].start
        log.push(`+${name}`)
      },
      async stop({ deadline }) {
        await new Promise(setImmediate)
        if (faults[name]?.stop !== undefined) throw faults[name].stop
        log.push(`-${name} ${deadline}`)
      },
    }),
  )
  return { services, running: runServices(services), log, signals }
}

describe('services', () => {
  it('start in order and stop in reverse, each after the other', async () => {
    const { running, log, signals } = makeServices('abc')
    await running.start()
    await running.stop({ deadline: 7 })
    assert.deepEqual(log, ['+a', '+b', '+c', '-c 7', '-b 7', '-a 7'])
    assert.ok(signals.every((signal) => !signal.aborted))
  })

  it('can start again, but not twice', async () => {
    const { running, log } = makeServices('a')
    const first = running.start()
    await assert.rejects(running.start(), { code: 'ZZZ_APP_STATE' })
    await first
    await assert.rejects(running.start(), { code: 'ZZZ_APP_STATE' })
    await running.stop({ deadline: 1000 })
    await running.stop({ deadline: 1000 })
    await running.start()
    assert.deepEqual(log, ['+a', '-a 1000', '+a'])
  })

  it('are stopped again when one of them does not start', async () => {
    const cause = new Error('no database')
    const { running, log, signals } = makeServices('abcd', { c: { start: cause } })
    await assert.rejects(running.start(), {
      code: 'ZZZ_SERVICE_FAILED',
      message: 'Service c did not start: no database',
      cause,
    })
    assert.deepEqual(log, ['+a', '+b', '-b 5000', '-a 5000'])
    assert.ok(signals.every((signal) => signal.aborted))
    await running.stop({ deadline: 1000 })
    assert.equal(log.length, 4)
  })

  it('tell why they did not start even when stopping fails too', async () => {
    const { running, log } = makeServices('abc', {
      b: { stop: new Error('stuck') },
      c: { start: new Error('first') },
    })
    const warned = once(process, 'warning')
    await assert.rejects(running.start(), { message: 'Service c did not start: first' })
    assert.match((await warned)[0].message, /Service b did not stop: stuck/)
    assert.deepEqual(log, ['+a', '+b', '-a 5000'])
  })

  it('are all stopped, even when some fail', async () => {
    const one = makeServices('abc', { b: { stop: new Error('stuck') } })
    await one.running.start()
    await assert.rejects(one.running.stop({ deadline: 1000 }), {
      code: 'ZZZ_SERVICE_FAILED',
      message: 'Service b did not stop: stuck',
    })
    assert.deepEqual(one.log.slice(3), ['-c 1000', '-a 1000'])

    const two = makeServices('abc', { a: { stop: new Error('x') }, c: { stop: new Error('y') } })
    await two.running.start()
    await assert.rejects(two.running.stop({ deadline: 1000 }), (error) => {
      assert.ok(error instanceof ZzzError && error.cause instanceof AggregateError)
      assert.equal(error.code, 'ZZZ_SERVICE_FAILED')
      assert.match(error.message, /Service c did not stop: y; Service a did not stop: x/)
      assert.deepEqual(
        error.cause.errors.map(({ message }) => message),
        ['Service c did not stop: y', 'Service a did not stop: x'],
      )
      return true
    })
    await two.running.start()
  })

  it('are not waited for beyond their deadline, and need no stop', async () => {
    const stuck = { name: 'stuck', start: () => {}, stop: () => new Promise<void>(() => {}) }
    const running = runServices([{ name: 'plain', start: () => {} }, stuck])
    await running.start()
    await assert.rejects(running.stop({ deadline: 10 }), {
      code: 'ZZZ_SERVICE_FAILED',
      message: 'Service stuck did not stop: it took longer than its 10 ms',
    })
  })

  it('without a name or a start are refused', () => {
    for (const service of [{ start() {} }, { name: 'a' }, { name: 'a', start() {}, stop: 1 }, null]) {
      assert.throws(() => runServices([service as never]), { code: 'ZZZ_OPTION_INVALID', message: /name/ })
    }
  })

  it('belong to an app, which has started nothing by itself', async () => {
    const { services, log } = makeServices('a')
    const app = createApp({ services, routes: [] })
    await new Promise(setImmediate)
    assert.deepEqual(log, [])
    await app.start()
    await app.stop()
    await app.start()
    await app.stop({ deadline: 5 })
    assert.deepEqual(log, ['+a', '-a 10000', '+a', '-a 5'])
  })
})
