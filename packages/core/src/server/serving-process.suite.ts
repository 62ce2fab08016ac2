/**
 * A server in a process of its own, for the tests of signals. Prints its port, `slow` when the slow request has begun and
 * `onClose`; the slow request is answered once something comes on standard input.
 */
import { once } from 'node:events'
import { createApp } from '../app/app.ts'
import { get } from '../router/route.ts'
import { serve } from './serve.ts'

const { BACKEND, CLOSE_FAILS } = process.env

const app = createApp({
  routes: [
    get('/slow', async (ctx) => {
      console.log('slow')
      await once(process.stdin, 'data')
      return ctx.text('answered')
    }),
    get('/close', (ctx) => {
      ctx.onSettled(() => void server.close())
      return ctx.text('closing')
    }),
  ],
})

const server = await serve(app, {
  port: 0,
  backend: BACKEND as 'zzz' | 'node',
  onClose() {
    console.log('onClose')
    if (CLOSE_FAILS === 'yes') throw new Error('could not close')
  },
})
console.log(server.address.port)
