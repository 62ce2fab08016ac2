import type { Page } from './page.ts'
import type { Dynamic, Rendered } from './rendered.ts'

/** What a block gives to the yields of the template around it, by name: text while rendering, parts for live views. */
export type Slots<T> = Readonly<Record<string, (() => T) | undefined>>

/** A compiled template; the compiler writes objects of this shape. */
export interface Compiled {
  readonly name: string
  /** The layout that the template names itself. */
  readonly layout: Compiled | undefined
  /** True when it, or something it puts in, reads what is shared. */
  readonly readsShared: boolean
  render(page: Page, data: unknown, slots?: Slots<string>): string
  rendered(page: Page, data: unknown, slots?: Slots<Dynamic>): Rendered
}
