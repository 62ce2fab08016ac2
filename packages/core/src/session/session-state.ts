import { ZzzError } from '../errors.ts'
import { freezeJson, type Json, toJson } from './json.ts'
import type { Session } from './session.ts'
import type { SessionValue } from './session-value.ts'

/** What tells a session from others: its public id, and what the browser has to show for it. */
export interface SessionName {
  readonly id: string
  readonly secret: string
}

/** A session as it was found. */
export interface SessionRecord {
  readonly name: SessionName
  readonly values: Readonly<Record<string, Json>>
  /** Milliseconds since the epoch, like `expiresAt`. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** Where a session comes from. */
export interface SessionOrigin {
  /** The session that the request brought; asked for at most once, when something is read or written. */
  load(): SessionRecord | undefined
  createName(): SessionName
}

/** The session of one request: what was found, and what was changed since. */
export class SessionState implements Session {
  readonly #origin: SessionOrigin
  readonly #values = new Map<string, Json>()
  /** Names that were set or removed since the session was found. */
  readonly #changes = new Set<string>()
  #used = false
  #found: SessionRecord | undefined
  #name: SessionName | undefined
  #replaced = false
  #closed = false

  constructor(origin: SessionOrigin) {
    this.#origin = origin
  }

  get id(): string {
    return this.name.id
  }

  get<T>(key: SessionValue<T>): Readonly<T> | undefined {
    this.#open()
    const value = this.#values.get(key.name)
    return (value === undefined ? undefined : freezeJson(value)) as Readonly<T> | undefined
  }

  set<T>(key: SessionValue<T>, value: T): void {
    this.#change()
    const copy = toJson(value, key.name)
    // Setting what is there already is no change; of objects nobody can tell cheaply.
    if (this.#values.get(key.name) === copy) return
    this.#values.set(key.name, copy)
    this.#changes.add(key.name)
  }

  delete<T>(key: SessionValue<T>): void {
    this.#change()
    if (this.#values.delete(key.name)) this.#changes.add(key.name)
  }

  clear(): void {
    this.#change()
    for (const name of this.#values.keys()) this.#changes.add(name)
    this.#values.clear()
  }

  regenerate(): void {
    this.#change()
    this.#name = undefined
    this.#replaced = true
  }

  destroy(): void {
    this.clear()
    this.regenerate()
  }

  /** Whether anything was read or written. */
  get used(): boolean {
    return this.#used
  }

  /** The session that was found and is worth nothing any more, since this one goes on under another name. */
  get abandoned(): SessionRecord | undefined {
    return this.#replaced ? this.#found : undefined
  }

  /** The session that was found and goes on. */
  get continued(): SessionRecord | undefined {
    return this.#replaced ? undefined : this.#found
  }

  get name(): SessionName {
    this.#open()
    this.#name ??= this.continued?.name ?? this.#origin.createName()
    return this.#name
  }

  /** Every value as it is now. */
  get values(): ReadonlyMap<string, Json> {
    return this.#values
  }

  /** The names that were set or removed. */
  get changes(): ReadonlySet<string> {
    return this.#changes
  }

  /** Takes no more changes: they would be lost. */
  close(): void {
    this.#closed = true
  }

  #open(): void {
    if (this.#used) return
    this.#used = true
    this.#found = this.#origin.load()
    for (const [name, value] of Object.entries(this.#found?.values ?? {})) this.#values.set(name, value)
  }

  #change(): void {
    if (this.#closed) {
      throw new ZzzError(
        'ZZZ_SESSION_CLOSED',
        'The session was saved when the reply left; change it before you return the reply',
      )
    }
    this.#open()
  }
}
