import { ZzzError } from '../errors.ts'
import { loadPeer } from '../internal/load-peer.ts'
import { messageOf } from '../internal/message-of.ts'
import { countRule, delayRule, functionRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { guardListener, reportError } from '../internal/report.ts'
import { within } from '../internal/within.ts'
import type { RedisScript } from './redis-script.ts'

/** What Redis answers, by its protocol RESP2. */
export type RedisReply = string | number | null | readonly RedisReply[]

/** Options of `createRedis`. */
export interface RedisOptions {
  /** `redis[s]://[[user][:password]@]host[:port][/database]`. Default `redis://127.0.0.1:6379`. */
  url?: string | undefined
  /** Milliseconds to wait for the answer to a command. Default 2,000. */
  timeout?: number | undefined
  /** Milliseconds to wait for a connection. Default 5,000. */
  connectTimeout?: number | undefined
  /** Most commands that wait for an answer; more are refused. Default 10,000. */
  pending?: number | undefined
  /** Hears of lost connections; a new one is tried with growing pauses. Default: a process warning on stderr. */
  onError?: ((error: unknown) => void) | undefined
}

/**
 * One connection to Redis, shared by all that the application keeps there. A service: list it in the application's
 * `services`, and it is connected before the first request.
 */
export interface Redis {
  readonly name: string
  /** Connects. Rejects when that fails; afterwards a lost connection is made again by itself. */
  start(): Promise<void>
  /** Waits for the answers that are due, at most `deadline` milliseconds, and disconnects. */
  stop(options: { deadline: number }): Promise<void>
  /**
   * Sends one command. Rejects with `ZZZ_REDIS_UNAVAILABLE` (503) without a connection, when too many commands wait, or
   * when the answer takes too long, and with `ZZZ_REDIS_FAILED` for an error that Redis answers.
   *
   * ```ts
   * await redis.command('SET', 'greeting', 'hello', 'PX', '60000')
   * ```
   */
  command(...args: readonly [string, ...(string | Uint8Array)[]]): Promise<RedisReply>
  /** Runs a script atomically; its text goes over the wire once. Rejects as `command` does. */
  run(script: RedisScript, keys: readonly string[], args?: readonly string[]): Promise<RedisReply>
}

type Client = ReturnType<typeof import('@redis/client')['createClient']>

const optionRules: OptionRules<RedisOptions> = {
  url: ['a URL like redis://host:6379', (value) => typeof value === 'string' && isRedisUrl(value)],
  timeout: delayRule,
  connectTimeout: delayRule,
  pending: countRule,
  onError: functionRule,
}

/**
 * Makes a connection to Redis for sessions, rate limits and the like; it needs the package `@redis/client`.
 *
 * Throws `ZZZ_PEER_MISSING` and `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const redis = createRedis({ url: process.env.REDIS_URL })
 * const app = createApp({ services: [redis], use: [session({ store: redisSessions(redis) })], routes })
 * ```
 */
export function createRedis(options: RedisOptions = {}): Redis {
  checkOptions('createRedis', options, optionRules)
  const { url = 'redis://127.0.0.1:6379', timeout = 2000, connectTimeout = 5000, pending = 10_000 } = options
  const onError = guardListener(options.onError ?? ((error) => reportError(error, 'Redis')), 'Redis')
  const { createClient } = loadPeer<typeof import('@redis/client')>('createRedis', '@redis/client')
  let client: Client | undefined

  function connection(): Client {
    let reached = false
    const created = createClient({
      url,
      RESP: 2,
      // A command that waits for a lost server holds up a request; whoever sent it can decide at once instead.
      disableOfflineQueue: true,
      commandsQueueMaxLength: pending,
      socket: {
        connectTimeout,
        // The first connection either comes about or fails the start.
        reconnectStrategy: (retries, cause) => (reached ? pause(retries) : cause),
      },
    }) as Client
    created.on('ready', () => {
      reached = true
    })
    created.on('error', (error: unknown) => {
      if (reached) onError(error)
    })
    return created
  }

  async function command(...args: readonly [string, ...(string | Uint8Array)[]]): Promise<RedisReply> {
    if (client?.isReady !== true) throw unavailable(args[0], notConnected(client))
    const answer = client.sendCommand<RedisReply>(args.map(toArgument))
    return answered(timeout, args[0], answer)
  }

  return {
    name: 'redis',
    async start() {
      const created = connection()
      client = created
      try {
        await created.connect()
      } catch (cause) {
        client = undefined
        // It may still be in the middle of an attempt.
        if (created.isOpen) created.destroy()
        const where = new URL(url).host
        throw new ZzzError(
          'ZZZ_REDIS_UNAVAILABLE',
          `Cannot connect to Redis at ${where}: ${messageOf(cause)}. Start it, or change the option "url"`,
          { cause },
        )
      }
    },
    async stop({ deadline }) {
      const stopping = client
      client = undefined
      if (stopping === undefined) return
      try {
        await answered(deadline, 'stop', stopping.isReady ? stopping.close() : Promise.resolve())
      } finally {
        if (stopping.isOpen) stopping.destroy()
      }
    },
    command,
    async run(script, keys, args = []) {
      const rest = [String(keys.length), ...keys, ...args]
      try {
        return await command('EVALSHA', script.sha1, ...rest)
      } catch (error) {
        if (!(error instanceof ZzzError) || !error.message.includes('NOSCRIPT')) throw error
        return command('EVAL', script.text, ...rest)
      }
    },
  }
}

/** Waits for an answer, but not for ever: the connection may hang. */
async function answered<T>(ms: number, name: string, answer: Promise<T>): Promise<T> {
  try {
    return await within(ms, answer, () => unavailable(name, `there was no answer within ${ms} ms`))
  } catch (cause) {
    throw cause instanceof ZzzError ? cause : failure(name, cause)
  }
}

/** An error reply says that the command is at fault; anything else that the server could not be asked. */
function failure(name: string, cause: unknown): ZzzError {
  const isReply = cause instanceof Error && /^[A-Z]+ /.test(cause.message)
  if (!isReply) return unavailable(name, messageOf(cause), cause)
  return new ZzzError('ZZZ_REDIS_FAILED', `Redis refused ${name}: ${messageOf(cause)}`, { cause })
}

function unavailable(name: string, why: string, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_REDIS_UNAVAILABLE', `Redis could not run ${name}: ${why}`, { cause })
}

function notConnected(client: Client | undefined): string {
  return client === undefined
    ? "it is not connected. List it in the application's services, or await its start()"
    : 'the connection is lost; a new one is being made'
}

/** Milliseconds before the next attempt: doubling up to two seconds, and scattered, so that not all come at once. */
function pause(retries: number): number {
  return Math.min(2 ** retries * 50, 2000) * (0.5 + Math.random() / 2)
}

function toArgument(value: string | Uint8Array): string | Buffer {
  return typeof value === 'string' ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

function isRedisUrl(value: string): boolean {
  return URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol)
}
