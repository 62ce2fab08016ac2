// Type tests of subscriptions: each thing that is accepted has a twin that is refused.
import { subscribe } from './subscribe.ts'

subscribe('zzz:request', { asyncEnd: (event) => event.route?.startsWith('/') })
// @ts-expect-error a route may be missing
subscribe('zzz:request', { asyncEnd: (event) => event.route.startsWith('/') })

subscribe('zzz:query', { error: ({ text, duration }) => [text.length, duration.toFixed()] })
// @ts-expect-error a query has no status
subscribe('zzz:query', { error: ({ status }) => status })

subscribe('zzz:refusal', ({ reason }) => reason === 'head')
// @ts-expect-error no such reason
subscribe('zzz:refusal', ({ reason }) => reason === 'bored')

// @ts-expect-error a plain channel has no moments
subscribe('zzz:refusal', { start: () => {} })
// @ts-expect-error a tracing channel has no plain messages
subscribe('zzz:request', () => {})
// @ts-expect-error no such channel
subscribe('zzz:requests', {})
// @ts-expect-error no such moment
subscribe('zzz:request', { finish: () => {} })
subscribe('zzz:request', {
  start(event) {
    // @ts-expect-error events are read, not written
    event.status = 200
  },
})
