import { type AssignKey, assign } from '../../context/assign.ts'
import type { Context } from '../../context/context.ts'
import type { Reply } from '../../http/reply.ts'
import { escapeHtml } from '../../internal/escape-html.ts'
import { flagRule, isObject, isText } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { Html } from '../../template/html.ts'
import { Directions, type Phase } from './directions.ts'
import { HtmxFacts, type HtmxRequest, type HtmxVersion } from './htmx-request.ts'
import {
  type HtmxLocationOptions,
  type HtmxRedirectOptions,
  locationReply,
  redirectReply,
  refreshReply,
  type Visit,
} from './navigation.ts'
import { ownUrl } from './own-url.ts'

/** How content is swapped in, as in the attribute `hx-swap`: a style, and modifiers after it. */
export type HtmxSwap = HtmxSwapStyle | `${HtmxSwapStyle} ${string}`

/** Where content goes: into an element, in its place, around or beside it. The last four: htmx 4. */
export type HtmxSwapStyle =
  | 'innerHTML'
  | 'outerHTML'
  | 'textContent'
  | 'beforebegin'
  | 'afterbegin'
  | 'beforeend'
  | 'afterend'
  | 'delete'
  | 'none'
  | 'innerMorph'
  | 'outerMorph'
  | 'innerSync'
  | 'outerSync'

/**
 * What htmx says about a request, and what it is told to do with the reply. What does not make a reply itself waits for
 * the handler's, and goes with whatever it returns, an error too; a request that htmx did not make gets none of it.
 */
export interface Htmx extends HtmxRequest {
  /**
   * Triggers an event in the page, at the element that made the request: with htmx 2 before the swap, with htmx 4 after it.
   * Scripts find the detail, JSON, as `event.detail`; what is no object as `event.detail.value`. Of two events with one
   * name the last counts. Throws `ZZZ_JSON_UNSERIALISABLE`; a reply whose events exceed 4,096 bytes fails with
   * `ZZZ_HTMX_TOO_LARGE`.
   */
  trigger(event: string, detail?: unknown): this
  /** Triggers an event after the swap. */
  triggerAfterSwap(event: string, detail?: unknown): this
  /** Triggers an event when the swap has settled; with htmx 4 the same as after the swap. */
  triggerAfterSettle(event: string, detail?: unknown): this
  /**
   * Adds an entry to the browser's history with this URL; `false`: none, whatever the page says. Throws `ZZZ_HTMX_URL` for
   * a URL of another origin.
   */
  pushUrl(url: string | false): this
  /** Replaces the URL in the address bar; `false`: not, whatever the page says. Throws `ZZZ_HTMX_URL`. */
  replaceUrl(url: string | false): this
  /** Swaps in another way than the page says. */
  reswap(swap: HtmxSwap): this
  /** Swaps into another element than the page says: a CSS selector, or one of htmx's own (`closest tr`). */
  retarget(selector: string): this
  /** Takes only what this selector finds in the reply. */
  reselect(selector: string): this
  /**
   * Swaps content into further elements of the page besides the reply's own target, by `innerHTML` unless told. It is added
   * to fragments; a whole page has everything in it. Text is escaped, `Html` (a view's `html(data)`, or `` html`…` ``) is
   * not. A reply of status 204 leaves its own target as it is, unless `reswap` says more; an empty one of 200 is swapped in.
   */
  oob(selector: string, content: string | Html, swap?: HtmxSwap): this

  /**
   * A reply after which the browser loads another page; a plain request gets a 303. Throws `ZZZ_HTMX_URL` for a URL of
   * another origin unless `external` is set, and for a scheme other than http and https.
   */
  redirect(url: string, options?: HtmxRedirectOptions): Reply
  /**
   * A reply after which htmx fetches another page into this one and adds it to the history, without loading styles and
   * scripts again; a plain request gets a 303. Throws `ZZZ_HTMX_URL` for a URL of another origin.
   */
  location(url: string, options?: HtmxLocationOptions): Reply
  /** A reply after which the page that the visitor is on is loaded again; a plain request goes back there with a 303. */
  refresh(): Reply
}

/** The key of what htmx says and is told, set by `htmx`: `ctx.get(htmxKey)`. */
export const htmxKey: AssignKey<Htmx> = assign('htmx', 'htmx()')

const redirectRules: OptionRules<HtmxRedirectOptions> = {
  external: flagRule,
}
const locationRules: OptionRules<HtmxLocationOptions> = {
  target: ['a selector', isText],
  swap: ['a way to swap', isText],
  select: ['a selector', isText],
  values: ['an object', isObject],
}

/** The exchange with htmx of one request. */
export class HtmxExchange extends HtmxFacts implements Htmx {
  readonly directions: Directions
  readonly visit: Visit

  constructor(ctx: Context, version: HtmxVersion) {
    super(ctx, version)
    this.directions = new Directions(version)
    this.visit = { ctx, facts: this, version }
  }

  trigger(event: string, detail?: unknown): this {
    return this.#trigger('HX-Trigger', event, detail)
  }

  triggerAfterSwap(event: string, detail?: unknown): this {
    return this.#trigger('HX-Trigger-After-Swap', event, detail)
  }

  triggerAfterSettle(event: string, detail?: unknown): this {
    return this.#trigger('HX-Trigger-After-Settle', event, detail)
  }

  pushUrl(url: string | false): this {
    const value = url === false ? 'false' : ownUrl(this.visit.ctx, 'pushUrl', url)
    this.directions.setInsteadOf('HX-Replace-Url', 'HX-Push-Url', value)
    return this
  }

  replaceUrl(url: string | false): this {
    const value = url === false ? 'false' : ownUrl(this.visit.ctx, 'replaceUrl', url)
    this.directions.setInsteadOf('HX-Push-Url', 'HX-Replace-Url', value)
    return this
  }

  reswap(swap: HtmxSwap): this {
    this.directions.set('HX-Reswap', swap)
    return this
  }

  retarget(selector: string): this {
    this.directions.set('HX-Retarget', selector)
    return this
  }

  reselect(selector: string): this {
    this.directions.set('HX-Reselect', selector)
    return this
  }

  oob(selector: string, content: string | Html, swap: HtmxSwap = 'innerHTML'): this {
    const markup = content instanceof Html ? String(content) : escapeHtml(content)
    this.directions.addPart(
      `<hx-partial hx-target="${escapeHtml(selector)}" hx-swap="${escapeHtml(swap)}">${markup}</hx-partial>`,
    )
    return this
  }

  redirect(url: string, options: HtmxRedirectOptions = {}): Reply {
    checkOptions('htmx, redirect', options, redirectRules)
    return redirectReply(this.visit, url, options)
  }

  location(url: string, options: HtmxLocationOptions = {}): Reply {
    checkOptions('htmx, location', options, locationRules)
    return locationReply(this.visit, url, options)
  }

  refresh(): Reply {
    return refreshReply(this.visit)
  }

  /** What an event without a detail carries is an empty object: both generations of htmx take that for none. */
  #trigger(phase: Phase, event: string, detail: unknown = {}): this {
    this.directions.trigger(phase, event, detail)
    return this
  }
}
