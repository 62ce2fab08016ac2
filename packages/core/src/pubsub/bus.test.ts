import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { it } from 'node:test'
import { testBus } from './bus.suite.ts'
import { createLocalBus } from './buses/local.ts'
import { createBus } from './create-bus.ts'
import { ProcessLink, workerLinks, workerMarker } from './process-link.ts'

let buses = 0

testBus('local', createLocalBus)
testBus('worker, in a primary', (options) => createBus({ ...options, name: `test ${buses++}` }))

it('bus: worker, in a worker, passes the same suite', async () => {
  const file = join(import.meta.dirname, 'bus-in-worker.suite.ts')
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = fork(file, [], {
    env: { ...env, [workerMarker]: '1' },
    execArgv: ['--conditions=@zzz/source'],
    serialization: 'advanced',
    silent: true,
  })
  const link = new ProcessLink(child)
  workerLinks.add(link)
  const output = text(child.stdout as NodeJS.ReadableStream)
  const [code] = await once(child, 'close')
  workerLinks.delete(link)
  assert.equal(code, 0, await output)
  assert.match(await output, /pass 18/)
})

it('buses of one name are one; others are apart', async () => {
  const [one, same, other] = [
    createBus({ name: 'one' }),
    createBus({ name: 'one' }),
    createBus({ name: 'other' }),
  ]
  const heard = Promise.withResolvers<unknown>()
  other.subscribe('a', () => assert.fail('another bus'))
  one.subscribe('a', () => assert.fail('closed'))
  same.subscribe('a', heard.resolve)
  one.close()
  same.publish('a', 1)
  assert.equal(await heard.promise, 1)
  same.close()
  other.close()
})

it('refuses impossible options', () => {
  for (const options of [{ name: '' }, { onError: 1 }, { topic: 'a' }]) {
    assert.throws(() => createBus(options as object), { code: 'ZZZ_OPTION_INVALID', message: /createBus/ })
  }
})
