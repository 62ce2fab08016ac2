import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApp, get, post } from '@zzz/core'
import { metrics } from '@zzz/core/middleware'
import { serve } from '@zzz/core/server'
import { run, without } from './tls/tools.ts'

const skip = without('promtool', 'prometheus')

describe('the exposition of metrics', { skip }, () => {
  it('is accepted by promtool, names and all', async () => {
    using meter = metrics()
    const app = createApp({
      environment: 'production',
      use: [meter],
      routes: [
        get('/quo"te/:id', (ctx) => ctx.text(ctx.params.id)),
        post('/fail', () => {
          throw new Error('no')
        }),
        get('/metrics', meter.endpoint),
      ],
    })
    await using server = await serve(app, { port: 0, signals: false, drain: 0 })
    const { url } = server.address
    for (const path of ['/quo%22te/1', '/missing', '/metrics']) await (await fetch(url + path)).text()
    await (await fetch(`${url}/fail`, { method: 'POST' })).text()
    const exposition = await (await fetch(`${url}/metrics`)).text()
    assert.match(exposition, /^http_requests_total\{method="POST",route="\/fail",status="5xx"\} 1$/m)
    assert.deepEqual(await run('promtool', ['check', 'metrics'], exposition), {
      stdout: '',
      stderr: '',
      code: 0,
    })
  })
})
