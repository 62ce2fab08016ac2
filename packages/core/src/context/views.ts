import { ZzzError } from '../errors.ts'
import { type Reply, typedReply } from '../http/reply.ts'
import { isPromise } from '../internal/maybe-promise.ts'
import { delayRule, isObject, isText } from '../internal/option-rules.ts'
import { checkOptions, describe, type OptionRules } from '../internal/options.ts'
import { fromParts, type Html } from '../template/html.ts'
import type { Compiled } from '../template/runtime/compiled.ts'
import { LatePartsQueue } from '../template/runtime/late-parts.ts'
import type { Page } from '../template/runtime/page.ts'
import { renderBody, renderPage, renderPageParts, toPage } from '../template/runtime/render.ts'
import type { AnyLayout, Layout, Renderable } from '../template/view.ts'
import { type AssignKey, assign } from './assign.ts'
import type { Context } from './context.ts'
import { cspNonceKey, fragmentKey, swappedKey } from './keys.ts'
import type { Middleware } from './middleware.ts'

/** How an application renders views, whatever its layouts need. */
export interface AnyViewsOptions {
  /** The layout around every view that `ctx.render` renders, unless something nearer says another. Default: none. */
  layout?: AnyLayout | undefined
  /**
   * What layouts need and `@shared` reads: the current user, the CSRF token, the nonce. Called once for each rendering
   * that reads any of it. It cannot wait: load the user in a middleware, hand it on with an `assign`, and read it here. Default: nothing.
   */
  shared?: ((ctx: Context) => object) | undefined
  /** Language of pipes, as a BCP 47 tag or a function that finds it. Default: the machine's. */
  locale?: string | ((ctx: Context) => string) | undefined
  /** Time zone of dates, as an IANA name or a function that finds it. Default `UTC`. */
  timeZone?: string | ((ctx: Context) => string) | undefined
}

/**
 * An application's `views` option. `Shared` is what its layouts need, as the generated types say; `shared` may be left
 * out only where they need nothing.
 */
export type ViewsOptions<Shared extends object = object> = AnyViewsOptions & {
  layout?: Layout<Shared> | undefined
} & (object extends Shared ? unknown : { shared: (ctx: Context) => NoInfer<Shared> })

/** Options of `ctx.renderFragment`. */
export interface FragmentOptions {
  /** Default 200. */
  status?: number | undefined
}

/** Options of `ctx.render`. */
export interface RenderOptions extends FragmentOptions {
  /** The layout around the view; false for none. Default: what the scope, the template or the application says. */
  layout?: AnyLayout | false | undefined
  /**
   * Sends the page at once and what `{{#await}}` waits for when it is ready. `timeout`: milliseconds after which what is
   * not ready is given up, 30,000 unless told. Default false: a promise in the data is an error.
   */
  stream?: boolean | { timeout?: number | undefined } | undefined
}

const isLayout = (value: unknown) => (value as { layout?: unknown } | null)?.layout === true

const viewsRules: OptionRules<AnyViewsOptions> = {
  layout: ['a layout of views.gen.ts', isLayout],
  shared: ['a function of the context', (value) => typeof value === 'function'],
  locale: ['a BCP 47 tag or a function', (value) => isText(value) || typeof value === 'function'],
  timeZone: ['an IANA name or a function', (value) => isText(value) || typeof value === 'function'],
}

const fragmentRules: OptionRules<FragmentOptions> = {
  status: ['a status', (value) => typeof value === 'number'],
}

const renderRules: OptionRules<RenderOptions> = {
  ...fragmentRules,
  layout: ['a layout of views.gen.ts, or false', (value) => value === false || isLayout(value)],
  stream: ['true, false or an object with options', (value) => typeof value === 'boolean' || isObject(value)],
}

const streamRules: OptionRules<{ timeout?: number | undefined }> = {
  timeout: delayRule,
}

/** Checks an application's `views` at start. Throws `ZZZ_OPTION_INVALID`. */
export function checkViews(options: AnyViewsOptions): void {
  checkOptions('createApp, views', options, viewsRules)
}

/** The layout that the nearest `withLayout` says. */
const layoutKey: AssignKey<AnyLayout | false> = assign('layout')

/**
 * Middleware that says the layout of what it stands around: a scope, a resource, one route. The nearest one counts, and
 * `ctx.render` may still choose another.
 *
 * ```ts
 * scope('/admin', { use: [withLayout(views.layouts.admin)] }, [get('/', admin.index)])
 * ```
 */
export function withLayout(layout: AnyLayout | false): Middleware {
  if (layout !== false && !isLayout(layout)) {
    throw new ZzzError('ZZZ_OPTION_INVALID', `withLayout takes a layout or false, got ${describe(layout)}`)
  }
  return (ctx, next) => {
    ctx.set(layoutKey, layout)
    return next()
  }
}

/** Renders a view in its layout; `ctx.render`. */
export function renderView(
  ctx: Context,
  views: AnyViewsOptions,
  view: Renderable<never>,
  data: object,
  options: RenderOptions,
): Reply {
  checkOptions('ctx.render', options, renderRules)
  const compiled = compiledOf('render', view)
  const around = layoutOf(ctx, views, compiled, options)
  const late = options.stream ? lateParts(ctx, options.stream) : undefined
  const page = pageFor(ctx, views, around !== false || compiled.readsShared, late)
  const text = renderPage(compiled, data, around, page)
  return typedReply(
    options.status ?? 200,
    late?.late ? later(ctx, late, text) : text,
    'text/html; charset=utf-8',
  )
}

function later(ctx: Context, late: LatePartsQueue, text: string): AsyncIterable<string> {
  return ctx.find(swappedKey) === true ? late.whole(text) : late.stream(text)
}

function lateParts(ctx: Context, stream: Exclude<RenderOptions['stream'], undefined>): LatePartsQueue {
  const { timeout } = typeof stream === 'object' ? stream : {}
  checkOptions('ctx.render, stream', { timeout }, streamRules)
  return new LatePartsQueue({ timeout, nonce: () => ctx.find(cspNonceKey) })
}

/** The layout around a view. Only where one would stand in a page does it matter whether a part is asked for. */
function layoutOf(
  ctx: Context,
  views: AnyViewsOptions,
  compiled: Compiled,
  options: RenderOptions,
): Compiled | false {
  const layout = options.layout ?? compiled.layout ?? ctx.find(layoutKey) ?? views.layout ?? false
  if (layout === false || (options.layout === undefined && ctx.find(fragmentKey) === true)) return false
  return 'compiled' in layout ? layout.compiled : layout
}

/** Renders a view without any layout; `ctx.renderFragment`. */
export function renderFragment(
  ctx: Context,
  views: AnyViewsOptions,
  view: Renderable<never>,
  data: object,
  options: FragmentOptions,
): Reply {
  checkOptions('ctx.renderFragment', options, fragmentRules)
  const compiled = compiledOf('renderFragment', view)
  const text = renderBody(compiled, data, pageFor(ctx, views, compiled.readsShared))
  return typedReply(options.status ?? 200, text, 'text/html; charset=utf-8')
}

/** Renders a view without any layout to HTML for another place; `ctx.renderHtml`. */
export function renderHtml(
  ctx: Context,
  views: AnyViewsOptions,
  view: Renderable<never>,
  data: object,
): Html {
  const compiled = compiledOf('renderHtml', view)
  return fromParts(renderPageParts(compiled, data, false, pageFor(ctx, views, compiled.readsShared)))
}

function compiledOf(helper: string, view: Renderable<never>): Compiled {
  const compiled = view?.compiled
  if (compiled !== undefined && !isLayout(view)) return compiled
  const given = compiled === undefined ? describe(view) : `the layout ${view.name}`
  throw new ZzzError('ZZZ_OPTION_INVALID', `ctx.${helper} takes a view of views.gen.ts, got ${given}`)
}

function pageFor(ctx: Context, views: AnyViewsOptions, needsShared: boolean, late?: LatePartsQueue): Page {
  const { shared, locale, timeZone } = views
  const options = {
    shared: needsShared && shared !== undefined ? atOnce(shared(ctx)) : undefined,
    locale: typeof locale === 'function' ? locale(ctx) : locale,
    timeZone: typeof timeZone === 'function' ? timeZone(ctx) : timeZone,
  }
  return toPage(options, late)
}

/** What is shared, which has to be there: pages are made without waiting. */
function atOnce(shared: object): object {
  if (!isPromise<object>(shared)) return shared
  // Nobody else will listen to how it ends.
  shared.then(undefined, () => {})
  throw new ZzzError(
    'ZZZ_TEMPLATE_VALUE',
    'views.shared of createApp returned a promise, and pages are made without waiting: load what takes time in a middleware, ' +
      'hand it on with ctx.set, and let shared read it with ctx.get',
  )
}
