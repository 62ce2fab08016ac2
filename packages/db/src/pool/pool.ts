import { setTimeout as pause } from 'node:timers/promises'
import { DbError } from '../errors.ts'
import type { MaybePromise } from '../internal/maybe-promise.ts'

/** What a pool keeps. */
export interface Pooled {
  /** Whether it can still be used. */
  readonly alive: boolean
  /** What it is doing, for messages. */
  readonly doing: string
  close(): void
  /** Keeps the process alive, which it does from the start. */
  ref(): void
  /** Keeps the process alive no more: nobody uses it. */
  unref(): void
}

/** Options of a pool. */
export interface PoolOptions {
  /** Most connections. */
  readonly size: number
  /** Connections that stay open though nobody uses them. */
  readonly min: number
  /** Milliseconds to wait for a connection. */
  readonly timeout: number
  /** Most who wait for a connection. */
  readonly queue: number
  /** Milliseconds after which a connection that nobody uses is closed. */
  readonly idleTimeout: number
  /** Milliseconds after which a connection is replaced by a new one. */
  readonly maxLifetime: number
}

/** Where a pool gets its connections. */
export interface PoolSource<C extends Pooled> {
  /** Its name in messages. */
  readonly name: string
  connect(): Promise<C>
  /** Whether another attempt may succeed: not when the password is wrong. */
  mayRetry(error: unknown): boolean
}

/** How many connections a pool has, how many of them nobody uses, and how many wait for one. */
export interface PoolState {
  readonly open: number
  readonly idle: number
  readonly waiting: number
}

interface Member<C> {
  readonly connection: C
  readonly born: number
  /** Since when it has been in use, or idle. */
  since: number
  lent: boolean
}

/**
 * Connections that are used in turn: at most `size`, opened when they are needed, each for one user at a time. Who comes
 * when all are in use waits, first come first served.
 */
export class Pool<C extends Pooled> {
  readonly #source: PoolSource<C>
  readonly #options: PoolOptions
  readonly #members = new Map<C, Member<C>>()
  readonly #idle: Member<C>[] = []
  readonly #waiting = new Set<PromiseWithResolvers<C>>()
  #opening = 0
  #lastError: unknown
  #sweep: NodeJS.Timeout | undefined
  #closed = false

  constructor(source: PoolSource<C>, options: PoolOptions) {
    this.#source = source
    this.#options = options
  }

  /** What the pool has right now. */
  get state(): PoolState {
    return { open: this.#members.size, idle: this.#idle.length, waiting: this.#waiting.size }
  }

  /** A connection for its one user, at once where one is idle. */
  acquire(): MaybePromise<C> {
    this.#checkOpen()
    for (let member = this.#idle.pop(); member !== undefined; member = this.#idle.pop()) {
      if (this.#isFit(member)) {
        member.connection.ref()
        return this.#lend(member)
      }
      this.#drop(member)
    }
    return this.#wait()
  }

  /** Gives a connection back; one that is not fit for others is closed. */
  release(connection: C, state: 'clean' | 'unknown'): void {
    const member = this.#members.get(connection)
    if (member === undefined || !member.lent) return
    if (state === 'unknown' || this.#closed || !this.#isFit(member)) {
      this.#drop(member)
      this.#fill()
    } else this.#offer(member)
  }

  /** To the one who waited longest, or to the idle ones. */
  #offer(member: Member<C>): void {
    member.lent = false
    const [next] = this.#waiting
    if (next === undefined) {
      member.since = performance.now()
      member.connection.unref()
      this.#idle.push(member)
      this.#scheduleSweep()
    } else {
      this.#waiting.delete(next)
      next.resolve(this.#lend(member))
    }
  }

  /** One connection, at once or never: tells whether the address is right. */
  async connectOnce(): Promise<void> {
    this.#checkOpen()
    if (this.#members.size > 0) return
    this.#add(await this.#source.connect())
  }

  /** Waits at most so many milliseconds for those in use, and closes everything. */
  async close(deadline: number): Promise<void> {
    this.#closed = true
    clearTimeout(this.#sweep)
    const end = performance.now() + deadline
    while (this.#members.size > this.#idle.length && performance.now() < end) await pause(5)
    for (const member of this.#members.values()) member.connection.close()
    this.#members.clear()
    this.#idle.length = 0
    for (const waiter of this.#waiting) waiter.reject(stopped(this.#source.name))
    this.#waiting.clear()
  }

  #checkOpen(): void {
    if (this.#closed) throw stopped(this.#source.name)
  }

  #isFit({ connection, born }: Member<C>): boolean {
    return connection.alive && performance.now() - born < this.#options.maxLifetime
  }

  #lend(member: Member<C>): C {
    member.since = performance.now()
    member.lent = true
    return member.connection
  }

  #add(connection: C): void {
    const now = performance.now()
    const member = { connection, born: now, since: now, lent: false }
    this.#members.set(connection, member)
    this.#offer(member)
  }

  #drop({ connection }: Member<C>): void {
    this.#members.delete(connection)
    connection.close()
  }

  async #wait(): Promise<C> {
    const { timeout, queue } = this.#options
    if (this.#waiting.size >= queue) {
      throw new DbError(
        'ZZZ_DB_QUEUE_FULL',
        `${this.#source.name}: ${queue} are waiting for a connection already`,
      )
    }
    const turn = Promise.withResolvers<C>()
    this.#waiting.add(turn)
    const timer = setTimeout(() => {
      if (this.#waiting.delete(turn)) turn.reject(this.#tooLate())
    }, timeout)
    this.#fill()
    return turn.promise.finally(() => clearTimeout(timer))
  }

  /** Opens as many connections as are waited for, while there may be more. */
  #fill(): void {
    while (this.#opening < this.#waiting.size && this.#members.size + this.#opening < this.#options.size) {
      this.#opening += 1
      void this.#open().finally(() => {
        this.#opening -= 1
      })
    }
  }

  /** Tries to connect, with growing pauses, as long as someone waits. */
  async #open(): Promise<void> {
    for (let wait = 50; this.#waiting.size > 0 && !this.#closed; wait = Math.min(wait * 2, 1000)) {
      try {
        const connection = await this.#source.connect()
        this.#lastError = undefined
        if (this.#closed) connection.close()
        else this.#add(connection)
        return
      } catch (error) {
        this.#lastError = error
        if (!this.#source.mayRetry(error)) return this.#refuseAll(error)
      }
      await pause(wait * (0.5 + Math.random() / 2))
    }
  }

  #refuseAll(error: unknown): void {
    for (const waiter of this.#waiting) waiter.reject(error)
    this.#waiting.clear()
  }

  #tooLate(): DbError {
    const { name } = this.#source
    const { timeout, size } = this.#options
    if (this.#lastError !== undefined) {
      const { message } = this.#lastError as Error
      return new DbError(
        'ZZZ_DB_UNAVAILABLE',
        `${name}: no connection came about within ${timeout} ms: ${message}`,
        {
          cause: this.#lastError,
        },
      )
    }
    const now = performance.now()
    const users = [...this.#members.values()].map(
      ({ connection, since }) => `${Math.round(now - since)} ms: ${connection.doing}`,
    )
    return new DbError(
      'ZZZ_DB_BUSY',
      `${name}: waited ${timeout} ms for one of ${size} connections. Those in use, by how long: ${users.join('; ')}`,
    )
  }

  #scheduleSweep(): void {
    if (this.#sweep !== undefined) return
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined
      this.#closeIdle()
      if (this.#idle.length > this.#options.min) this.#scheduleSweep()
    }, this.#options.idleTimeout / 2)
    this.#sweep.unref()
  }

  #closeIdle(): void {
    const oldest = performance.now() - this.#options.idleTimeout
    while (this.#members.size > this.#options.min) {
      const [first] = this.#idle
      if (first === undefined || (first.since > oldest && first.connection.alive)) return
      this.#idle.shift()
      this.#drop(first)
    }
  }
}

function stopped(name: string): DbError {
  return new DbError('ZZZ_DB_STOPPED', `${name}: the database was stopped`)
}
