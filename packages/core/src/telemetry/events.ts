/** What every traced operation tells of itself. The channels of one operation share one event, which fills as it goes on. */
export interface TracedEvent {
  /** Milliseconds since the operation began; 0 at its start. */
  readonly duration: number
  /** What went wrong; undefined while nothing has. */
  readonly error: unknown
}

/** A request, from the moment a route was looked up for it until its reply is through. */
export interface RequestEvent extends TracedEvent {
  readonly method: string
  /** The path as sent, percent-encoded and without the query, which may hold secrets. */
  readonly path: string
  /** The pattern of the route that matched, `/users/:id`; undefined where none did. */
  readonly route: string | undefined
  /** What the middleware `requestId` gave it; undefined without, and at the start. */
  readonly requestId: string | undefined
  /** Of the reply; 0 until there is one, and for good when the client left before. */
  readonly status: number
  /** Bytes of the reply's body handed to the operating system; 0 until the request has settled. */
  readonly bytesSent: number
  /** True when the client left, or was cut off, before the last byte. */
  readonly aborted: boolean
}

/** A statement on its way through a repo. */
export interface QueryEvent extends TracedEvent {
  /** The name of the repo. */
  readonly database: string
  /** The text of the statement, with placeholders for its values. */
  readonly text: string
  /** Rows read or changed; undefined until it is known. */
  readonly rows: number | undefined
  /** Milliseconds that it waited for a connection. */
  readonly waited: number
}

/** One attempt at a background job. */
export interface JobEvent extends TracedEvent {
  readonly job: string
  readonly queue: string
  readonly id: string
  /** 1 for the first. */
  readonly attempt: number
  /** What became of it; undefined while it runs. */
  readonly outcome: 'completed' | 'retried' | 'discarded' | 'cancelled' | 'snoozed' | undefined
}

/** The delivery of a mail. */
export interface MailEvent extends TracedEvent {
  /** The name of the mail. */
  readonly mail: string
  readonly transport: string
  /** How many it goes to; addresses are nobody's business. */
  readonly recipients: number
  readonly messageId: string | undefined
}

/** A WebSocket, from its upgrade until it is closed. */
export interface SocketEvent extends TracedEvent {
  readonly path: string
  readonly route: string | undefined
  /** Messages from the client. */
  readonly received: number
  /** Messages to the client. */
  readonly sent: number
  /** RFC 6455 section 7.4; undefined while it is open. */
  readonly closeCode: number | undefined
}

/** An operation on a cache. */
export interface CacheEvent extends TracedEvent {
  /** The name of the cache. */
  readonly cache: string
  readonly operation: 'get' | 'put' | 'delete' | 'clear' | 'fetch'
  readonly key: string | undefined
  /** Whether it was there; undefined for operations that do not look. */
  readonly hit: boolean | undefined
}

/**
 * Why a server refused a client: `head`, a request head that is malformed, too large or not spoken here; `timeout`, one
 * that came too slowly; `overload`, more connections than it takes; `handshake`, TLS that failed; `proxy`, no valid
 * header of the PROXY protocol.
 */
export type RefusalReason = 'head' | 'timeout' | 'overload' | 'handshake' | 'proxy'

/** A client that a server turned away before there was a request, so that no middleware has seen it. */
export interface RefusalEvent {
  readonly reason: RefusalReason
  /** What the client was answered; 0 where the connection was cut without a word. */
  readonly status: number
  /** Address of the socket's other end. */
  readonly remoteAddress: string | undefined
  /** True on TLS. */
  readonly encrypted: boolean
  readonly error: unknown
}

/** The tracing channels, with what they carry. */
export interface TracingChannels {
  'zzz:request': RequestEvent
  'zzz:query': QueryEvent
  'zzz:job': JobEvent
  'zzz:mail': MailEvent
  'zzz:socket': SocketEvent
  'zzz:cache': CacheEvent
}

/** The plain channels, each of whose messages stands for itself. */
export interface PlainChannels {
  'zzz:refusal': RefusalEvent
}
