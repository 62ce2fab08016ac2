import { randomUUID } from 'node:crypto'
import type { CacheStore } from '../../cache/cache-store.ts'
import type { Request } from '../../http/request.ts'
import { isPromise, type MaybePromise, mapMaybe } from '../../internal/maybe-promise.ts'
import { reportError } from '../../internal/report.ts'
import {
  type CachedReply,
  type CacheRecord,
  decodeRecord,
  encodeRecord,
  type VaryRecord,
} from './cached-reply.ts'

/** What is known of a request's reply. */
export interface Found {
  /** Where the reply is kept, or would be by what is known now. */
  readonly place: string
  readonly reply: CachedReply | undefined
  /** True when the last reply could not be kept. */
  readonly pass: boolean
}

/**
 * Keeps replies under a primary key and, where they differ by request headers, under the values of these (RFC 9111 section
 * 4.1). A store that fails is a miss.
 */
export interface ReplyStore {
  find(key: string, request: Request): MaybePromise<Found>
  /** Keeps a reply to `request` that differs by these headers. */
  put(key: string, request: Request, reply: CachedReply, names: readonly string[]): Promise<void>
  /** Remembers for so many milliseconds that the reply of a place could not be kept. */
  pass(place: string, ttl: number): MaybePromise<void>
  /** Forgets all replies of a key. */
  forget(key: string): MaybePromise<void>
}

/** Replies that live in a store. */
export function replyStore(store: CacheStore): ReplyStore {
  let failing = false

  /** Runs an operation on the store. A failure is reported once, until something works again. */
  function attempt<T>(run: () => MaybePromise<T>): MaybePromise<T | undefined> {
    const fail = (error: unknown) => {
      if (!failing) reportError(error, 'The store of a response cache failed')
      failing = true
      return undefined
    }
    const succeed = (value: T) => {
      failing = false
      return value
    }
    try {
      const result = run()
      return isPromise(result) ? result.then(succeed, fail) : succeed(result)
    } catch (error) {
      return fail(error)
    }
  }

  function read(place: string): MaybePromise<CacheRecord | undefined> {
    return mapMaybe(
      attempt(() => store.get(place)),
      (bytes) => bytes && decodeRecord(bytes),
    )
  }

  function write(place: string, record: CacheRecord, ttl: number): MaybePromise<void> {
    return attempt(() => store.put(place, encodeRecord(record), { ttl }))
  }

  return {
    find: (key, request) =>
      mapMaybe(read(key), (record) => {
        if (record?.kind !== 'vary') return toFound(key, record)
        const place = placeOf(key, record, request)
        return mapMaybe(read(place), (variant) => toFound(place, variant))
      }),
    async put(key, request, reply, names) {
      const ttl = reply.stale - reply.stored
      const base = await read(key)
      const known = base?.kind === 'vary' ? base : undefined
      if (known === undefined && names.length === 0) return write(key, reply, ttl)
      const record: VaryRecord = {
        kind: 'vary',
        id: known?.id ?? randomUUID(),
        names: [...new Set([...(known?.names ?? []), ...names])].sort(),
      }
      // Written anew each time, so that it lives as long as the youngest of its variants.
      await write(key, record, ttl)
      await write(placeOf(key, record, request), reply, ttl)
    },
    pass: (place, ttl) => write(place, { kind: 'pass' }, ttl),
    forget: (key) => attempt(() => store.delete(key)),
  }
}

function toFound(place: string, record: CacheRecord | undefined): Found {
  return { place, reply: record?.kind === 'reply' ? record : undefined, pass: record?.kind === 'pass' }
}

/** With the id of the record, so that variants of a record that was forgotten are never found again. */
function placeOf(key: string, { id, names }: VaryRecord, request: Request): string {
  return `${key}\n${id}\n${JSON.stringify(valuesOf(request, names))}`
}

/** What a request says in these headers. */
export function valuesOf({ headers }: Request, names: readonly string[]): readonly (string | undefined)[] {
  return names.map((name) => headers.get(name))
}
