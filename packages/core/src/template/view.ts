import { fromParts, type Html } from './html.ts'
import type { Compiled } from './runtime/compiled.ts'
import { type PageOptions, renderBody, toPage } from './runtime/render.ts'
import type { Rendered } from './runtime/rendered.ts'

declare const takes: unique symbol

/** Options of rendering a view by itself. `Shared` is what it, or something it puts in, reads of `@shared`. */
export interface ViewOptions<Shared> extends Omit<PageOptions, 'shared'> {
  /** What all views share; needed where the view reads `@shared`. */
  shared?: Shared | undefined
}

/** The options after the data: they can be left out where nothing shared is read. */
export type ViewArguments<Shared> = object extends Shared
  ? [options?: ViewOptions<Shared>]
  : [options: ViewOptions<Shared> & { shared: Shared }]

/** What `ctx.render` takes: a view, whatever it reads of what is shared. */
export interface Renderable<in Data extends object> {
  readonly name: string
  /** The compiled template. */
  readonly compiled: Compiled
  readonly [takes]?: (data: Data) => void
}

/**
 * A template as a value that knows the type of its data. Views come from the generated `views.gen.ts`; a handler gives
 * one to `ctx.render`, anything else (a mail, a test) renders it here, without a layout.
 */
export interface View<in Data extends object, Shared extends object = object> extends Renderable<Data> {
  /** The text. */
  render(data: Data, ...options: ViewArguments<Shared>): string
  /** The parts, for live views. */
  rendered(data: Data, ...options: ViewArguments<Shared>): Rendered
  /** HTML that can stand in `` html`…` `` or in another view's data. */
  html(data: Data, ...options: ViewArguments<Shared>): Html
}

/** A template that stands around views. Its data is what `views.shared` of the application gives. */
export interface Layout<in Shared extends object = object> {
  readonly name: string
  readonly compiled: Compiled
  readonly layout: true
  readonly [takes]?: (shared: Shared) => void
}

/** A layout whatever it needs: the application's `views.shared` gives it. */
export type AnyLayout = Layout<never>

/** Makes a view of a compiled template; generated code calls it. */
export function createView<Data extends object, Shared extends object = object>(
  name: string,
  load: () => Compiled,
): View<Data, Shared> {
  const rendered = (data: Data, options: PageOptions = {}) => load().rendered(toPage(options), data)
  return Object.freeze<View<Data, Shared>>({
    name,
    get compiled() {
      return load()
    },
    render: (data, options: PageOptions = {}) => renderBody(load(), data, toPage(options)),
    rendered,
    html: (data, options: PageOptions = {}) => fromParts(rendered(data, options)),
  })
}

/** Makes a layout of a compiled template; generated code calls it. */
export function createLayout<Shared extends object>(name: string, load: () => Compiled): Layout<Shared> {
  return Object.freeze<Layout<Shared>>({
    name,
    layout: true,
    get compiled() {
      return load()
    },
  })
}
