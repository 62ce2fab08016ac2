import type { Reply } from '../../http/reply.ts'
import { appendParts } from './append-parts.ts'
import { Events } from './events.ts'
import type { HtmxVersion } from './htmx-request.ts'

/** When an event is triggered in the page, as the header says it. */
export type Phase = 'HX-Trigger' | 'HX-Trigger-After-Swap' | 'HX-Trigger-After-Settle'

/** What htmx is to do with the reply, kept until there is one. */
export class Directions {
  readonly #version: HtmxVersion
  readonly #headers = new Map<string, string>()
  readonly #events = new Map<Phase, Events>()
  readonly #parts: string[] = []

  constructor(version: HtmxVersion) {
    this.#version = version
  }

  get isEmpty(): boolean {
    return this.#headers.size === 0 && this.#events.size === 0 && this.#parts.length === 0
  }

  set(name: string, value: string): void {
    this.#headers.set(name, value)
  }

  /** Sets the one and forgets the other, which would contradict it. */
  setInsteadOf(other: string, name: string, value: string): void {
    this.#headers.delete(other)
    this.set(name, value)
  }

  /** htmx 4 knows one moment, after the swap. */
  trigger(phase: Phase, name: string, detail: unknown): void {
    const header = this.#version === 4 ? 'HX-Trigger' : phase
    const events = this.#events.get(header) ?? new Events()
    events.add(name, detail)
    this.#events.set(header, events)
  }

  /** Adds markup that is swapped in somewhere else than the reply itself. */
  addPart(html: string): void {
    this.#parts.push(html)
  }

  /** Puts everything on the reply; the parts only where it is a fragment. */
  apply(reply: Reply, fragment: boolean): void {
    for (const [name, value] of this.#headers) reply.header(name, value)
    for (const [name, events] of this.#events) reply.header(name, events.toHeader())
    if (fragment && this.#parts.length > 0) {
      appendParts(reply, this.#parts.join(''), this.#headers.get('HX-Reswap'))
    }
  }
}
