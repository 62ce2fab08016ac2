import { setTimeout as pause } from 'node:timers/promises'
import { ZzzError } from '../errors.ts'
import { fromBytes, toBytes } from './clone.ts'
import { onLinkMessage, type ProcessLink, primaryLink } from './process-link.ts'
import { RemoteCalls } from './remote-calls.ts'
import { toWireError } from './wire-error.ts'

/** Methods whose arguments and results can be sent between processes, and which answer later: another may be asked. */
export type Shareable<T> = { readonly [Name in keyof T]: (...args: never[]) => Promise<unknown> }

/** Milliseconds that a call waits for an object which the primary has not made yet. */
const patience = 1000

/** What this process has made, by key. */
const shared = new Map<string, object>()

/** How often each name was used. */
const uses = new Map<string, number>()

/** The calls of this worker; undefined where it is none. */
const calls = primaryLink && new RemoteCalls(primaryLink)

/**
 * One object for all workers of a machine, so that what it keeps in memory (sessions, buckets of a rate limit) is the
 * same for each of them. The primary makes it with `create`; in a worker, calls of its methods are carried out there.
 * Without workers it is simply what `create` gives.
 *
 * Make it while the program starts, in the same order in each process: the second one of a name in a worker is the second
 * one of that name in the primary. Arguments and results are copied, and errors cross over with their class and code. In
 * a worker, a call rejects with `ZZZ_SHARED_UNKNOWN` when the primary has no such object or method, `ZZZ_SHARED_TIMEOUT`
 * when it does not answer within five seconds or too many calls wait, and `ZZZ_NOT_CLONABLE`.
 */
export function shareAcrossWorkers<T extends Shareable<T>>(name: string, create: () => T): T {
  const use = (uses.get(name) ?? 0) + 1
  uses.set(name, use)
  const key = `${name} ${use}`
  if (calls !== undefined) return calls.stub(key) as T
  const object = create()
  shared.set(key, object)
  return object
}

/** A call as it goes to the primary. */
interface Call {
  readonly id: number
  readonly key: string
  readonly method: string
  readonly args: Uint8Array
}

onLinkMessage('call', (body, link) => void answer(body as Call, link))

async function answer(call: Call, link: ProcessLink): Promise<void> {
  const { id, key, method } = call
  try {
    const result = await carryOut(call)
    const bytes = toBytes(result, `What ${method} of ${key} gives`)
    link.send('answer', { id, bytes }, bytes.length)
  } catch (error) {
    link.send('answer', { id, error: toWireError(error) })
  }
}

async function carryOut({ key, method, args }: Call): Promise<unknown> {
  if (!shared.has(key)) await pause(patience)
  const object = shared.get(key) as Record<string, unknown> | undefined
  const fn = object !== undefined && !(method in Object.prototype) ? object[method] : undefined
  if (typeof fn === 'function') return fn.apply(object, fromBytes(args) as unknown[])
  const hint = 'make it while the program starts, not within a request'
  const what = object === undefined ? `object ${JSON.stringify(key)}: ${hint}` : `method ${method} of ${key}`
  throw new ZzzError('ZZZ_SHARED_UNKNOWN', `The primary of this worker has no shared ${what}`)
}
