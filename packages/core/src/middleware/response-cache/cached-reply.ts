import { HeaderList } from '../../http/header-list.ts'
import { Reply } from '../../http/reply.ts'

/** A reply that is kept for others, taken out of the hands of whoever still changes the first one. */
export interface CachedReply {
  readonly kind: 'reply'
  readonly status: number
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Uint8Array | null
  /** When it was made, in milliseconds since the epoch. */
  readonly stored: number
  /** Until when it is served without a question, and until when while a new one is made. */
  readonly fresh: number
  readonly stale: number
}

/** Stands for replies that differ by request headers: their names, and what tells their keys from older ones. */
export interface VaryRecord {
  readonly kind: 'vary'
  readonly id: string
  readonly names: readonly string[]
}

/** Says that the last reply could not be kept, so that nobody waits for the next one to be. */
export interface PassRecord {
  readonly kind: 'pass'
}

/** What a store keeps. */
export type CacheRecord = CachedReply | VaryRecord | PassRecord

/** A change of the form changes the number, so that records of another version are misses. */
const version = 1

/** A record as bytes: the length of its JSON, the JSON, the body. */
export function encodeRecord(record: CacheRecord): Uint8Array {
  const body = record.kind === 'reply' ? record.body : null
  const head = Buffer.from(JSON.stringify({ ...record, body: body !== null, version }))
  const bytes = Buffer.allocUnsafeSlow(4 + head.length + (body?.length ?? 0))
  bytes.writeUInt32BE(head.length)
  head.copy(bytes, 4)
  if (body !== null) bytes.set(body, 4 + head.length)
  return bytes
}

/** The record in bytes of a store; undefined for what is none of this version. */
export function decodeRecord(bytes: Uint8Array): CacheRecord | undefined {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const end = 4 + buffer.readUInt32BE()
    const head = JSON.parse(buffer.toString('utf8', 4, end)) as {
      kind: string
      body: boolean
      version: number
    }
    if (head.version !== version) return undefined
    return { ...head, body: head.body ? buffer.subarray(end) : null } as unknown as CacheRecord
  } catch {
    return undefined
  }
}

/** A reply for one more client, with its age in seconds (RFC 9111 section 5.1). */
export function toReply(cached: CachedReply, now: number): Reply {
  const reply = new Reply(cached.status, cached.body, HeaderList.unchecked(cached.headers.slice()))
  reply.headers.set('age', String(Math.max(0, Math.floor((now - cached.stored) / 1000))))
  return reply
}
