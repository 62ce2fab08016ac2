import { createApp } from '../../app/app.ts'
import { manualClock } from '../../clock.suite.ts'
import type { Context } from '../../context/context.ts'
import type { HandlerResult, Middleware } from '../../context/middleware.ts'
import { any } from '../../router/route.ts'
import { type ResponseCacheOptions, responseCache } from './response-cache.ts'

interface Setup extends Partial<ResponseCacheOptions> {
  readonly outside?: readonly Middleware[]
  readonly inside?: readonly Middleware[]
}

/** An application that counts how often its handler runs; by default the count is what it answers. */
export function setup(options: Setup = {}, handler?: (ctx: Context, run: number) => HandlerResult) {
  const { outside = [], inside = [], ...cacheOptions } = options
  const clock = manualClock(1_000_000)
  const state = { runs: 0 }
  const app = createApp({
    environment: 'test',
    use: [...outside, responseCache({ maxAge: 10, clock, ...cacheOptions }), ...inside],
    routes: [
      any('/*rest', (ctx) => {
        state.runs++
        return handler === undefined ? ctx.text(`run ${state.runs}`) : handler(ctx, state.runs)
      }),
    ],
  })
  const ask = (path = '/', headers: Record<string, string> = {}, method = 'GET') =>
    app.fetch(path, { method, headers })
  const text = async (path?: string, headers?: Record<string, string>) => (await ask(path, headers)).text()
  return { app, clock, state, ask, text }
}

/** A handler that waits until a test lets it go. */
export function gated(
  answer: (ctx: Context, run: number) => HandlerResult = (ctx, run) => ctx.text(`run ${run}`),
) {
  const gates: PromiseWithResolvers<void>[] = []
  const begun: PromiseWithResolvers<void>[] = []
  const at = (list: PromiseWithResolvers<void>[], run: number) => {
    list[run] ??= Promise.withResolvers<void>()
    return list[run]
  }
  return {
    handler: async (ctx: Context, run: number) => {
      at(begun, run).resolve()
      await at(gates, run).promise
      return answer(ctx, run)
    },
    begun: (run: number) => at(begun, run).promise,
    release: (run: number) => at(gates, run).resolve(),
  }
}
