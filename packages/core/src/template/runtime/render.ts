import { ZzzError } from '../../errors.ts'
import type { Compiled, Slots } from './compiled.ts'
import type { LateParts, Page } from './page.ts'
import { type Dynamic, joinRendered, type Rendered } from './rendered.ts'

/** What a rendering takes beside the data. */
export interface PageOptions {
  /** What layouts need, and `@shared` reads. */
  shared?: unknown
  /** BCP 47 tag for pipes, `de-CH`. Default: the machine's. */
  locale?: string | undefined
  /** IANA name for dates, `Europe/Zurich`. Default `UTC`. */
  timeZone?: string | undefined
}

/** The page of one rendering; `later` takes parts that are not ready yet. */
export function toPage({ shared, locale, timeZone = 'UTC' }: PageOptions, later?: LateParts): Page {
  return { shared, locale, timeZone, contents: undefined, later }
}

/** Renders a template without a layout. Throws `ZZZ_TEMPLATE_VALUE` where it reads `@shared` and there is none. */
export function renderBody(compiled: Compiled, data: unknown, page: Page): string {
  checkShared(compiled, page)
  return compiled.render(page, data)
}

/**
 * Renders a template, then its layout around it, then the layout's own one, to the outermost. `layout` is the innermost
 * one; undefined leaves the choice to the template, false is none.
 */
export function renderPage(
  compiled: Compiled,
  data: unknown,
  layout: Compiled | false | undefined,
  page: Page,
): string {
  let text = renderBody(compiled, data, page)
  const first = layout === false ? undefined : (layout ?? compiled.layout)
  for (let around = first; around !== undefined; around = around.layout) {
    checkShared(around, page)
    text = around.render(page, page.shared, slotsOf(text, page, joinContents))
  }
  return text
}

/** The same as `renderPage`, with the parts kept apart. */
export function renderPageParts(
  compiled: Compiled,
  data: unknown,
  layout: Compiled | false | undefined,
  page: Page,
): Rendered {
  checkShared(compiled, page)
  let part = compiled.rendered(page, data)
  const first = layout === false ? undefined : (layout ?? compiled.layout)
  for (let around = first; around !== undefined; around = around.layout) {
    checkShared(around, page)
    part = around.rendered(page, page.shared, slotsOf<Dynamic>(part, page, listContents))
  }
  return part
}

function checkShared({ name, readsShared }: Compiled, { shared }: Page): void {
  if (!readsShared || (typeof shared === 'object' && shared !== null)) return
  throw new ZzzError(
    'ZZZ_TEMPLATE_VALUE',
    `The template "${name}" reads what all views share, and there is nothing: give createApp({ views: { shared } })`,
  )
}

/** What the yields of a layout stand for: the text inside, and what `{{#content}}` gave so far. */
function slotsOf<T extends Dynamic>(inside: T, page: Page, join: (contents: Dynamic[]) => T): Slots<T> {
  const slots = Object.create(null) as Record<string, () => T>
  for (const [name, contents] of Object.entries(page.contents ?? {})) slots[name] = () => join(contents)
  slots.default = () => inside
  return slots
}

function joinContents(contents: readonly Dynamic[]): string {
  return contents.map(joinRendered).join('')
}

/** Several contents side by side. The statics are empty texts, shared by all lists of one length. */
function listContents(contents: readonly Dynamic[]): Dynamic {
  return contents.length === 1
    ? (contents[0] as Dynamic)
    : { ...emptyStatics(contents.length), dynamics: contents }
}

const emptyLists = new Map<number, Pick<Rendered, 'statics' | 'fingerprint'>>()

function emptyStatics(length: number): Pick<Rendered, 'statics' | 'fingerprint'> {
  let known = emptyLists.get(length)
  if (known === undefined) {
    known = { statics: Array.from({ length: length + 1 }, () => ''), fingerprint: `list-${length}` }
    if (length < 100) emptyLists.set(length, known)
  }
  return known
}
