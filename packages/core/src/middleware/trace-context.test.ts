import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp } from '../app/app.ts'
import { traceContextKey } from '../context/keys.ts'
import type { TraceContext } from '../http/trace-context.ts'
import { get } from '../router/route.ts'
import { type TraceContextOptions, traceContext } from './trace-context.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

async function contextOf(options: TraceContextOptions, headers: Record<string, string>) {
  const app = createApp({
    use: [traceContext(options)],
    routes: [get('/', (ctx) => ctx.json(ctx.get(traceContextKey)))],
  })
  return (await (await app.fetch('/', { headers })).json()) as TraceContext
}

describe('traceContext', () => {
  it('goes on with a trace that a caller began', async () => {
    assert.partialDeepStrictEqual(await contextOf({}, { traceparent, tracestate: 'a=1' }), {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentId: '00f067aa0ba902b7',
      sampled: true,
      tracestate: 'a=1',
    })
  })

  it('begins one where the caller’s is broken or unwanted, and drops its state', async () => {
    for (const [options, given] of [
      [{}, `${traceparent}-x`],
      [{ accept: false }, traceparent],
    ] as const) {
      const context = await contextOf(options, { traceparent: given, tracestate: 'a=1' })
      assert.notEqual(context.traceId, '4bf92f3577b34da6a3ce929d0e0e4736')
      assert.deepEqual([context.parentId, context.tracestate, context.sampled], [undefined, undefined, false])
    }
  })

  it('drops a broken state alone', async () => {
    const context = await contextOf({}, { traceparent, tracestate: 'A' })
    assert.deepEqual([context.parentId, context.tracestate], ['00f067aa0ba902b7', undefined])
  })

  it('refuses impossible options', () => {
    const loose = traceContext as unknown as (options: unknown) => void
    assert.throws(() => loose({ accept: 1 }), {
      code: 'ZZZ_OPTION_INVALID',
      message: /traceContext: .*"accept"/,
    })
  })
})
