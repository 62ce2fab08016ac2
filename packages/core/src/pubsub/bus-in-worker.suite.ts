/** The suite of buses as a worker runs it, with `bus.test.ts` for its primary. */
import { after } from 'node:test'
import { testBus } from './bus.suite.ts'
import { createBus } from './create-bus.ts'
import { leavePrimary } from './process-link.ts'

let buses = 0

testBus('worker, in a worker', (options) => createBus({ ...options, name: `test ${buses++}` }))
after(leavePrimary)
