import type { Context } from '../../context/context.ts'

/** The generation of htmx that the pages load; their headers differ. */
export type HtmxVersion = 2 | 4

/** What htmx says about a request. Everything in it comes from the client, and may be forged. */
export interface HtmxRequest {
  /** True where htmx made the request (`HX-Request`), so that the reply is swapped into a page. */
  readonly request: boolean
  /** True for a link or form that htmx took over (`hx-boost`): it wants the whole page. */
  readonly boosted: boolean
  /** True where htmx wants the whole page back because its own copy of it is gone (the browser's back button). */
  readonly historyRestore: boolean
  /**
   * True where a part of a page is wanted: `ctx.render` leaves the layout out. With htmx 2 any request of htmx that is
   * neither boosted nor for the history; htmx 4 says itself whether it is `full` or `partial`.
   */
  readonly fragment: boolean
  /** The `id` of the element that the reply goes into, where it has one. */
  readonly target: string | undefined
  /** The `id` of the element that made the request, where it has one. */
  readonly source: string | undefined
  /** The `name` of that element, where it has one. htmx 2. */
  readonly sourceName: string | undefined
  /** The URL in the browser's address bar. */
  readonly currentUrl: string | undefined
  /** What the visitor answered to `hx-prompt`. htmx 2, and 4 with its extension. */
  readonly prompt: string | undefined
}

/** The facts of one request. A reply that was made by them depends on just the headers that were read. */
export class HtmxFacts implements HtmxRequest {
  readonly #ctx: Context
  readonly #version: HtmxVersion

  constructor(ctx: Context, version: HtmxVersion) {
    this.#ctx = ctx
    this.#version = version
  }

  get request(): boolean {
    return this.#says('HX-Request')
  }

  get boosted(): boolean {
    return this.#says('HX-Boosted')
  }

  get historyRestore(): boolean {
    return this.#says('HX-History-Restore-Request')
  }

  get fragment(): boolean {
    if (!this.request || this.historyRestore) return false
    return this.#version === 2 ? !this.boosted : this.#get('HX-Request-Type') === 'partial'
  }

  get target(): string | undefined {
    return this.#idOf('HX-Target')
  }

  get source(): string | undefined {
    return this.#idOf(this.#version === 2 ? 'HX-Trigger' : 'HX-Source')
  }

  get sourceName(): string | undefined {
    return this.#version === 2 ? this.#get('HX-Trigger-Name') : undefined
  }

  get currentUrl(): string | undefined {
    return this.#get('HX-Current-URL')
  }

  get prompt(): string | undefined {
    return this.#get('HX-Prompt')
  }

  #says(name: string): boolean {
    return this.#get(name) === 'true'
  }

  /** htmx 2 sends the id alone, htmx 4 as a selector: `li#todo-7`, percent-encoded. */
  #idOf(name: string): string | undefined {
    const value = this.#get(name)
    if (this.#version === 2 || value === undefined) return value
    const hash = value.indexOf('#')
    return hash === -1 ? undefined : decode(value.slice(hash + 1))
  }

  /** What a header cannot hold htmx 2 sends percent-encoded, and says so in a second header. */
  #get(name: string): string | undefined {
    this.#ctx.varyOn(name)
    const value = this.#ctx.header(name)
    if (value === undefined) return undefined
    return this.#ctx.header(`${name}-URI-AutoEncoded`) === 'true' ? decode(value) : value
  }
}

/** Percent-encoded text decoded; as it is where it is malformed. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
