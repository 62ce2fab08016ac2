import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Bus, BusOptions } from './bus.ts'

/** What every bus does within one process. `create` gives one that nothing else is on. */
export function testBus(name: string, create: (options?: BusOptions) => Bus): void {
  /** Resolves when what was published before has arrived. */
  const arrived = (bus: Bus): Promise<void> =>
    new Promise((resolve) => {
      const subscription = bus.subscribe('arrived', () => {
        subscription[Symbol.dispose]()
        resolve()
      })
      bus.publish('arrived', null)
    })

  describe(`bus: ${name}`, () => {
    it('delivers to each subscriber of the topic, later and in order', async () => {
      const bus = create()
      const first: unknown[] = []
      const second: unknown[] = []
      bus.subscribe('a', (message) => first.push(message))
      bus.subscribe('a', (message) => second.push(message))
      bus.subscribe('b', () => assert.fail('another topic'))
      for (let i = 0; i < 1000; i++) bus.publish('a', i)
      assert.deepEqual(first, [])
      await arrived(bus)
      assert.deepEqual(
        first,
        Array.from({ length: 1000 }, (_, i) => i),
      )
      assert.deepEqual(second, first)
      bus.close()
    })

    it('takes names that objects have, and the empty one', async () => {
      const bus = create()
      const topics: string[] = []
      for (const topic of ['__proto__', 'constructor', '']) {
        bus.publish(topic, 'too early')
        bus.subscribe(topic, () => topics.push(topic))
        bus.publish(topic, 1)
      }
      await arrived(bus)
      assert.deepEqual(topics, ['__proto__', 'constructor', ''])
      bus.close()
    })

    it('copies, as the structured clone algorithm does', async () => {
      const bus = create()
      const message = {
        list: [1],
        at: new Date(0),
        map: new Map([['a', new Set([1n])]]),
        bytes: new Uint8Array([1]),
      }
      const heard = Promise.withResolvers<typeof message>()
      bus.subscribe('a', (copy) => heard.resolve(copy as typeof message))
      bus.publish('a', message)
      message.list.push(2)
      const { list, at, map, bytes } = await heard.promise
      assert.deepEqual([list, at, map], [[1], new Date(0), new Map([['a', new Set([1n])]])])
      assert.deepEqual([...bytes], [1])
      bus.close()
    })

    it('refuses what cannot be copied, whether anybody listens or not', () => {
      const bus = create()
      for (const message of [() => {}, Symbol('a'), { deep: [() => {}] }]) {
        assert.throws(() => bus.publish('a', message), { code: 'ZZZ_NOT_CLONABLE', message: /topic "a"/ })
      }
      bus.close()
    })

    it('sends to other processes only, when told so', async () => {
      const bus = create()
      bus.subscribe('a', () => assert.fail('of this process'))
      bus.publish('a', 1, { to: 'others' })
      await arrived(bus)
      bus.close()
    })

    it('delivers nothing to a subscription that was ended, not even what was on its way', async () => {
      const bus = create()
      const heard: unknown[] = []
      const early = bus.subscribe('a', () => assert.fail('ended'))
      const ending = bus.subscribe('a', (message) => {
        heard.push(message)
        ending[Symbol.dispose]()
        late[Symbol.dispose]()
      })
      const late = bus.subscribe('a', () => assert.fail('ended by the one before'))
      bus.publish('a', 1)
      bus.publish('a', 2)
      early[Symbol.dispose]()
      early[Symbol.dispose]()
      await arrived(bus)
      assert.deepEqual(heard, [1])
      bus.close()
    })

    it('goes on when a listener throws, and whoever hears of it too', async (t) => {
      const warnings: string[] = []
      const hear = (warning: Error) => warnings.push(warning.message)
      process.on('warning', hear)
      t.after(() => process.off('warning', hear))
      const bus = create({
        onError() {
          throw new Error('deaf')
        },
      })
      const heard: unknown[] = []
      bus.subscribe('a', () => {
        throw new Error('fault')
      })
      bus.subscribe('a', (message) => heard.push(message))
      bus.publish('a', 1)
      await arrived(bus)
      await new Promise(setImmediate)
      assert.deepEqual(heard, [1])
      assert.deepEqual(warnings, [
        'A listener on the bus failed: fault',
        'A listener on the bus failed: its listener failed: deaf',
      ])
      bus.close()
    })

    it('goes on when a listener throws, and says so', async () => {
      const errors: unknown[] = []
      const bus = create({ onError: (error) => errors.push(error) })
      const heard: unknown[] = []
      const fault = new Error('fault')
      bus.subscribe('a', () => {
        throw fault
      })
      bus.subscribe('a', (message) => heard.push(message))
      bus.publish('a', 1)
      bus.publish('a', 2)
      await arrived(bus)
      assert.deepEqual(heard, [1, 2])
      assert.deepEqual(errors, [fault, fault])
      const later = new Error('later')
      bus.subscribe('b', async () => {
        throw later
      })
      bus.publish('b', 1)
      await arrived(bus)
      await new Promise(setImmediate)
      assert.deepEqual(errors, [fault, fault, later])
      bus.close()
    })

    it('delivers outside the async context of the publisher', async () => {
      const bus = create()
      const context = new AsyncLocalStorage<string>()
      const heard = Promise.withResolvers<string | undefined>()
      bus.subscribe('a', () => heard.resolve(context.getStore()))
      context.run('a request', () => bus.publish('a', 1))
      assert.equal(await heard.promise, undefined)
      bus.close()
    })

    it('lets listeners publish without holding up the event loop', async () => {
      const bus = create()
      let count = 0
      const subscription = bus.subscribe('a', () => {
        count++
        bus.publish('a', null)
      })
      bus.publish('a', null)
      while (count < 10) await turn()
      subscription[Symbol.dispose]()
      bus.close()
    })

    it('refuses more than it can hold, and takes messages again later', async () => {
      const bus = create()
      let count = 0
      bus.subscribe('a', () => count++)
      const large = new Uint8Array(1024 * 1024)
      let taken = 0
      assert.throws(
        () => {
          for (; taken < 100; taken++) bus.publish('a', large)
        },
        { code: 'ZZZ_BUS_FULL', status: 503 },
      )
      assert.ok(taken > 10, `${taken} of 1 MiB`)
      while (count < taken) await turn()
      while (!isTaken(() => bus.publish('a', large))) await turn()
      while (count <= taken) await turn()
      bus.close()
    })

    it('gives the messages of a topic to a reader, from the call on and in order', async () => {
      const bus = create()
      bus.publish('a', 'too early')
      await arrived(bus)
      const messages = bus.messages('a')
      for (let i = 0; i < 3; i++) bus.publish('a', i)
      bus.publish('b', 'another topic')
      await arrived(bus)
      const taken: unknown[] = []
      for await (const message of messages) {
        taken.push(message)
        if (taken.length === 3) bus.publish('a', 3)
        if (taken.length === 4) break
      }
      assert.deepEqual(taken, [0, 1, 2, 3])
      bus.publish('a', 'too late')
      await arrived(bus)
      assert.deepEqual(await messages.next(), { done: true, value: undefined })
      bus.close()
    })

    it('lets several questions for messages wait, and answers them in order', async () => {
      const bus = create()
      const messages = bus.messages('a')
      const answers = [messages.next(), messages.next(), messages.next()]
      bus.publish('a', 1)
      bus.publish('a', undefined)
      await arrived(bus)
      await messages.return?.()
      assert.deepEqual(await Promise.all(answers), [
        { done: false, value: 1 },
        { done: false, value: undefined },
        { done: true, value: undefined },
      ])
      bus.close()
    })

    it('ends messages by their signal, dropping what waits', async () => {
      const bus = create()
      const ending = new AbortController()
      const { signal } = ending
      const [waiting, full] = [bus.messages('a', { signal }), bus.messages('b', { signal })]
      const asked = waiting.next()
      bus.publish('b', 1)
      await arrived(bus)
      ending.abort()
      const ended = bus.messages('b', { signal })
      bus.publish('b', 2)
      await arrived(bus)
      for (const next of [asked, full.next(), ended.next()]) {
        assert.deepEqual(await next, { done: true, value: undefined })
      }
      bus.close()
    })

    it('tells a reader that did not keep up, after what waits', async () => {
      const bus = create()
      const messages = bus.messages('a', { limit: 2 })
      for (let i = 0; i < 5; i++) bus.publish('a', i)
      await arrived(bus)
      assert.deepEqual([(await messages.next()).value, (await messages.next()).value], [0, 1])
      await assert.rejects(messages.next(), { code: 'ZZZ_BUS_BEHIND', status: 503, message: /"a"/ })
      assert.deepEqual(await messages.next(), { done: true, value: undefined })
      bus.close()
    })

    it('ends messages when it is closed, and gives no others', async () => {
      const bus = create()
      const asked = bus.messages('a').next()
      bus.close()
      assert.deepEqual(await asked, { done: true, value: undefined })
      assert.throws(() => bus.messages('a'), { code: 'ZZZ_BUS_CLOSED' })
    })

    it('refuses impossible options of messages', () => {
      const bus = create()
      for (const options of [{ limit: 0 }, { limit: 1.5 }, { signal: true }, { topic: 'a' }]) {
        assert.throws(() => bus.messages('a', options as object), {
          code: 'ZZZ_OPTION_INVALID',
          message: /bus\.messages/,
        })
      }
      bus.close()
    })

    it('is closed: its subscriptions end, and it refuses everything', async () => {
      const bus = create()
      bus.subscribe('a', () => assert.fail('closed'))
      bus.publish('a', 1)
      bus.close()
      bus.close()
      await turn()
      assert.throws(() => bus.publish('a', 1), { code: 'ZZZ_BUS_CLOSED' })
      assert.throws(() => bus.subscribe('a', () => {}), { code: 'ZZZ_BUS_CLOSED' })
    })
  })
}

function isTaken(publish: () => void): boolean {
  try {
    publish()
    return true
  } catch {
    return false
  }
}
