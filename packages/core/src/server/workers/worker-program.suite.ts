/**
 * A program that serves by workers, for the tests. The environment says how: OPTIONS (JSON for `serve`), LOG (a file for
 * the connections that each process takes), START (a file with a word for what goes wrong at the start). It prints
 * `role pid` when `serve` has resolved, what happens to its service, and `role onClose` in the end.
 */
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createApp } from '../../app/app.ts'
import { get } from '../../router/route.ts'
import { serve } from '../serve.ts'
import type { ServeOptions } from '../serve-options.ts'
import type { selfSignedCertificate } from '../tls/self-signed.ts'

const { OPTIONS = '{}', LOG, START, TLS } = process.env
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const fault = START === undefined ? '' : readFileSync(START, 'utf8').trim()

if (LOG !== undefined) {
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket }
    appendFileSync(LOG, `${socket.remotePort} ${process.pid}\n`)
  })
}

const app = createApp({
  environment: 'test',
  services: [
    {
      name: 'repo',
      async start() {
        say(`start ${process.pid}`)
        if (fault === 'throw') throw new Error('the database is down')
        if (fault === 'exit') process.exit(7)
        if (fault === 'hang') await new Promise((resolve) => setTimeout(resolve, 2 ** 30))
      },
      stop: async () => say(`stop ${process.pid}`),
    },
  ],
  routes: [
    get('/', (ctx) => ctx.text(String(process.pid))),
    get('/wait/:ms', async (ctx) => {
      say(`waiting ${process.pid}`)
      await pause(Number(ctx.params.ms))
      return ctx.text(String(process.pid))
    }),
    get('/die', (ctx) => {
      process.kill(process.pid, 'SIGKILL')
      return ctx.text('never')
    }),
    get('/block', () => {
      say(`blocked ${process.pid}`)
      for (;;);
    }),
    get('/close', (ctx) => {
      ctx.onSettled(() => void server.close())
      return ctx.text('closing')
    }),
  ],
})

const options = JSON.parse(OPTIONS) as ServeOptions
const certificate =
  TLS === undefined ? undefined : (JSON.parse(TLS) as ReturnType<typeof selfSignedCertificate>)
const server = await serve(app, {
  port: 0,
  workers: 2,
  ...options,
  ...(certificate && { tls: certificate }),
  onClose() {
    say(`${server.role} onClose`)
    if (fault === 'close' && server.role === 'worker') throw new Error('could not close')
  },
})
const again = await serve(app, { workers: 2 }).catch((error: { code: string }) => error.code)
say(`${server.role} ${process.pid} ${again}`)
if (server.role === 'primary') {
  say(`address ${JSON.stringify(server.address)}`)
  process.on('message', (message) => {
    if (message === 'connections') process.send?.(server.connections())
    else void server.close().catch(() => {})
  })
  // Tests that were killed leave nothing behind.
  const end = (): never => process.exit()
  process.once('disconnect', end)
  server.closed.then(() => {
    process.off('disconnect', end)
    if (process.connected) process.disconnect?.()
  })
}
