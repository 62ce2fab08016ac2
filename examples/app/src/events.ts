import { setTimeout } from 'node:timers/promises'
import type { Context, EventSourceInfo, Reply, ServerEvent } from '@zzz/core'
import { readId } from './id.ts'

const last = 10

/** The event that a client has seen last; 0 for one that has seen none, or says what no event of ours has for an id. */
const toNumber = (id = ''): number => readId(id) ?? 0

/** Ten events, one each tenth of a second. A browser that lost the connection gets those that it has not seen. */
async function* count({ lastEventId, signal }: EventSourceInfo): AsyncGenerator<ServerEvent> {
  for (let id = toNumber(lastEventId) + 1; id <= last; id++) {
    yield { id, data: { count: id } }
    await setTimeout(100, undefined, { signal })
  }
}

/** A browser comes back when a stream has ended. To one that has seen everything, 204 says not to. */
export const stream = (ctx: Context): Reply =>
  toNumber(ctx.header('last-event-id')) >= last ? ctx.empty(204) : ctx.sse(count)
