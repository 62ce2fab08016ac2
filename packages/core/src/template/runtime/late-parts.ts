import { type Clock, systemClock } from '../../clock.ts'
import { escapeHtml } from '../../internal/escape-html.ts'
import { reportError } from '../../internal/report.ts'
import type { LateParts } from './page.ts'

/** How a streamed page waits for its late parts. */
export interface StreamOptions {
  /** Milliseconds after which what is not ready is given up. Default 30,000. */
  timeout?: number | undefined
  /** The nonce that the page's Content-Security-Policy allows for scripts; asked for when something is late. Default: none. */
  nonce?: (() => string | undefined) | undefined
  /** The time that `timeout` is measured with. Default: the machine's. */
  clock?: Clock | undefined
}

/**
 * Moves a late part to its place: what stands between the mark and its end goes, the part comes. It removes itself, and
 * does nothing where the place has gone.
 */
const moveScript =
  'self.$zzz??=(n)=>{let d=document,t=d.getElementById("zzz-late-"+n),m=d.getElementById("zzz-place-"+n),e=m;' +
  'if(m){while((e=e.nextSibling)&&!(e.nodeType===8&&e.data==="/zzz-"+n));' +
  'if(e){while(m.nextSibling!==e)m.nextSibling.remove();e.before(t.content);e.remove()}m.remove()}t.remove();' +
  'd.currentScript.remove()};'

/** A part that is ready: its number and its text. */
type ReadyPart = readonly [number: number, text: string]

/**
 * The parts of one page that come later. `add` is called while the page is rendered; then `stream` gives what there is,
 * and each part when it is ready, or `whole` everything at the end. A part that fails or takes too long leaves what stands in its place, and is reported.
 */
export class LatePartsQueue implements LateParts {
  readonly #timeout: number
  readonly #clock: Clock
  readonly #nonce: () => string | undefined
  readonly #ready: ReadyPart[] = []
  #count = 0
  #waiting = 0
  #wake = () => {}

  constructor({ timeout = 30_000, clock = systemClock, nonce = () => undefined }: StreamOptions = {}) {
    this.#timeout = timeout
    this.#clock = clock
    this.#nonce = nonce
  }

  /** Whether anything is late. */
  get late(): boolean {
    return this.#count > 0
  }

  add(value: PromiseLike<unknown>, render: (value: unknown) => string, placeholder: string): string {
    const number = ++this.#count
    this.#waiting++
    Promise.resolve(value)
      .then((resolved) => {
        this.#ready.push([number, render(resolved)])
      })
      .catch((error: unknown) => reportError(error, 'A late part of a page failed'))
      .finally(() => {
        this.#waiting--
        this.#wake()
      })
    return placeStart(number) + placeholder + placeEnd(number)
  }

  #moved([number, text]: ReadyPart): string {
    const nonce = this.#nonce()
    const attribute = nonce === undefined ? '' : ` nonce="${escapeHtml(nonce)}"`
    return `<template id="zzz-late-${number}">${text}</template><script${attribute}>${moveScript}$zzz(${number})</script>`
  }

  /** The page, then the parts as they become ready. */
  async *stream(page: string): AsyncGenerator<string> {
    yield page
    for await (const parts of this.#batches()) yield parts.map((part) => this.#moved(part)).join('')
  }

  /** The page in one piece, when everything is ready: for what is put into another page by a script. */
  async *whole(page: string): AsyncGenerator<string> {
    const texts = new Map<number, string>()
    for await (const parts of this.#batches()) for (const [number, text] of parts) texts.set(number, text)
    let text = page
    // A part inside another one has the greater number.
    for (let number = 1; number <= this.#count; number++) text = inPlace(text, number, texts.get(number))
    yield text
  }

  async *#batches(): AsyncGenerator<readonly ReadyPart[]> {
    let expired = false
    using _timer = this.#clock.after(this.#timeout, () => {
      expired = true
      this.#wake()
    })
    for (;;) {
      while (this.#ready.length > 0) yield this.#ready.splice(0)
      if (this.#waiting === 0) return
      if (expired) {
        const message = `${this.#waiting} late parts of a page were not ready after ${this.#timeout} ms`
        return reportError(new Error(message), 'A streamed page ended early')
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

const placeStart = (number: number): string => `<template id="zzz-place-${number}"></template>`
const placeEnd = (number: number): string => `<!--/zzz-${number}-->`

/** A page with a part where its place was; without one, what stood there stays. */
function inPlace(page: string, number: number, part: string | undefined): string {
  const start = page.indexOf(placeStart(number))
  if (start === -1) return page
  const inside = start + placeStart(number).length
  const end = page.indexOf(placeEnd(number), inside)
  return page.slice(0, start) + (part ?? page.slice(inside, end)) + page.slice(end + placeEnd(number).length)
}
