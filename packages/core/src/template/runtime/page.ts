import type { Dynamic } from './rendered.ts'

/** One rendering: what all templates of a page share while it is made. */
export interface Page {
  /** What layouts need, and `@shared` reads. */
  readonly shared: unknown
  /** BCP 47 tag for pipes; undefined is the machine's. */
  readonly locale: string | undefined
  /** IANA name for dates. */
  readonly timeZone: string
  /** What `{{#content}}` blocks have given so far, by name; text while rendering, parts for live views. */
  contents: Record<string, Dynamic[]> | undefined
  /** Where parts go that are not ready yet; undefined where a page is made at once. */
  readonly later: LateParts | undefined
}

/** Collects the parts of a streamed page that come later. */
export interface LateParts {
  /** Keeps a part for later and gives what stands in its place until then. */
  add(value: PromiseLike<unknown>, render: (value: unknown) => string, placeholder: string): string
}

/** Adds what a `{{#content}}` block gives to its name. */
export function collect(page: Page, name: string, part: Dynamic): '' {
  page.contents ??= Object.create(null) as Record<string, Dynamic[]>
  const list = page.contents[name]
  if (list === undefined) page.contents[name] = [part]
  else list.push(part)
  return ''
}
