/** Measures one variant of `observers.ts`, named by the first argument, each time a number of requests comes as a message. */
import { createApp, get, type Middleware, type Reply, Request } from '@zzz/core'
import {
  logger,
  metrics,
  openTelemetry,
  requestId,
  structuredLogger,
  traceContext,
} from '@zzz/core/middleware'
import { subscribe } from '@zzz/core/telemetry'
import { pino } from 'pino'
import { compose } from '../../packages/core/src/app/compose.ts'
import { Context } from '../../packages/core/src/context/context.ts'
import { defaultBodySettings } from '../../packages/core/src/http/body/body-settings.ts'
import { createMatcher } from '../../packages/core/src/router/create-matcher.ts'
import { flattenRoutes } from '../../packages/core/src/router/flatten.ts'
import type { VariantName } from './observers.ts'

type Handle = (request: Request) => Reply | Promise<Reply>

const routes = [get('/plaintext', (ctx) => ctx.text('Hello, World!'))]
const nowhere = { write(_line: string): void {} }

const variants: Record<VariantName, () => Handle> = {
  'nobody, and not asked for': unasked,
  nobody: () => appWith(),
  'a subscriber of zzz:request': () => {
    subscribe('zzz:request', { asyncEnd: ({ duration }) => duration > 1000 && console.warn('slow') })
    return appWith()
  },
  requestId: () => appWith(requestId()),
  traceContext: () => appWith(traceContext()),
  logger: () => appWith(logger(nowhere)),
  structuredLogger: () => appWith(structuredLogger({ logger: pino({}, nowhere) })),
  metrics: () => appWith(metrics()),
  'openTelemetry, no SDK': () => appWith(openTelemetry()),
}

function appWith(...use: Middleware[]): Handle {
  return createApp({ environment: 'production', use, routes }).handle
}

/** What `app.handle` does, without the question whether somebody listens. */
function unasked(): Handle {
  const endpoints = flattenRoutes(routes).map((route) => ({
    ...route,
    bodySettings: defaultBodySettings,
    info: Object.freeze({ method: route.method, pattern: route.pattern, name: route.name }),
    pipeline: compose([], route.handler, 'the benchmark'),
  }))
  const matcher = createMatcher(endpoints)
  const app = { environment: 'production', routes: [], draining: false }
  const settings = { app, trustedProxies: undefined, views: undefined } as never
  return (request) => {
    const match = matcher.match(request.method, request.path)
    if (match.kind !== 'found') throw new Error('There is only one path')
    const { entry } = match
    request.bodySettings = entry.bodySettings
    return entry.pipeline(new Context<object>(request, match.params, entry.info, settings))
  }
}

const handle = variants[process.argv[2] as VariantName]()
const peer = { remoteAddress: '127.0.0.1', remotePort: 4711, encrypted: false }

/** Nanoseconds of processor time for one of so many requests. */
async function measure(requests: number): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < requests; i++) {
    const request = new Request('GET', '/plaintext', '1.1', '\r\nhost: localhost\r\n\r\n', null, peer)
    const made = handle(request)
    const reply = made instanceof Promise ? await made : made
    request.settle({ status: reply.statusCode, bytesSent: 13, aborted: false, error: reply.error })
  }
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / requests
}

process.on('message', (requests: number) => void measure(requests).then((result) => process.send?.(result)))
process.on('disconnect', () => process.exit())
