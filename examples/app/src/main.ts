import { serve } from '@zzz/core/server'
import { app } from './app.ts'

const { PORT = '5555', HOST = '127.0.0.1', BACKEND = 'zzz', WORKERS } = process.env
if (BACKEND !== 'zzz' && BACKEND !== 'node') throw new Error(`BACKEND is zzz or node, not ${BACKEND}`)

// Each worker runs this file too; their primary looks after them.
const workers = WORKERS === undefined || WORKERS === 'auto' ? WORKERS : Number(WORKERS)
const server = await serve(app, { port: Number(PORT), host: HOST, backend: BACKEND, workers })
if (server.role !== 'worker') {
  console.log(`zzz example on ${server.address.url} (back end ${server.backend}, ${app.environment})`)
}
