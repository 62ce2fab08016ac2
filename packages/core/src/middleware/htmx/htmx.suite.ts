import { type App, createApp } from '../../app/app.ts'
import type { Context } from '../../context/context.ts'
import type { HandlerResult, Middleware } from '../../context/middleware.ts'
import { any } from '../../router/route.ts'
import { type HtmxOptions, htmx } from './htmx.ts'
import { type Htmx, htmxKey } from './htmx-context.ts'

/** What every request of htmx says. */
export const fromHtmx: Readonly<Record<string, string>> = { 'HX-Request': 'true' }

/** An application that answers each request by one function, which gets what htmx says and is told. */
export function htmxApp(
  answer: (hx: Htmx, ctx: Context) => HandlerResult,
  options?: HtmxOptions,
  inside: readonly Middleware[] = [],
): App {
  return createApp({
    environment: 'production',
    use: [htmx(options), ...inside],
    routes: [
      any('/*path', (ctx) => answer(ctx.get(htmxKey), ctx)),
      any('/', (ctx) => answer(ctx.get(htmxKey), ctx)),
    ],
  })
}
