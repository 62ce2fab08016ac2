import { ZzzError } from '../../errors.ts'
import type { Page } from './page.ts'
import type { Comprehension, Dynamic, Rendered } from './rendered.ts'

/** What compiled templates call beside encoders and pipes. */

const none: readonly unknown[] = []

/** What an each block repeats: arrays as they are, other iterables as arrays; nothing for what is absent. */
export function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value === null || value === undefined || value === false
    ? none
    : Array.from(value as Iterable<unknown>)
}

/** A part of a template with its dynamics. */
export function part(
  statics: readonly string[],
  fingerprint: string,
  dynamics: readonly Dynamic[],
): Rendered {
  return { statics, fingerprint, dynamics }
}

/** An each block for live views. */
export function repeat(
  value: unknown,
  statics: readonly string[],
  fingerprint: string,
  entry: (item: unknown, index: number, last: number) => readonly Dynamic[],
  otherwise: () => Dynamic,
): Comprehension | Dynamic {
  const items = list(value)
  if (items.length === 0) return otherwise()
  const last = items.length - 1
  return { statics, fingerprint, entries: items.map((item, index) => entry(item, index, last)) }
}

/**
 * An await block: what is there already is rendered at once, a promise needs a streamed page. A function begins its work
 * here, where somebody listens to how its promise ends.
 */
export function later<T extends Dynamic>(
  page: Page,
  given: unknown,
  render: (value: unknown) => T,
  placeholder: () => T,
): T {
  const value: unknown = typeof given === 'function' ? given() : given
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== 'function') return render(value)
  const promise = value as PromiseLike<unknown>
  if (page.later === undefined) {
    // Whoever made the promise handles its failure; here nobody will.
    promise.then(undefined, () => {})
    throw new ZzzError(
      'ZZZ_TEMPLATE_VALUE',
      'A template awaits a promise, but the page is not streamed: render it with stream: true, or await the value first',
    )
  }
  const rendering = (resolved: unknown) => render(resolved) as string
  return page.later.add(promise, rendering, placeholder() as string) as T
}
