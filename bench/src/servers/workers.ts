/** The framework served by as many workers as WORKERS says; by one process without it. */
import { readdirSync, readFileSync } from 'node:fs'
import { createApp, get } from '@zzz/core'
import { shareAcrossWorkers } from '@zzz/core/pubsub'
import { serve } from '@zzz/core/server'
import { spin } from '../spin.ts'
import { ownUsage, port, ready, type Usage } from './control.ts'

/** Milliseconds between two reports of a worker. */
const reportInterval = 100

const { WORKERS, BACKEND, SPINS } = process.env

const app = createApp({
  routes: [
    get('/plaintext', (ctx) => ctx.text('Hello, World!')),
    get('/burn', (ctx) => {
      spin(Number(SPINS))
      return ctx.text('Hello, World!')
    }),
  ],
})

/** Turns of the workers' event loops, as the primary heard of them. */
const heard = new Map<number, number>()
const reports = shareAcrossWorkers('turns', () => ({
  async tell(worker: number, turns: number): Promise<void> {
    heard.set(worker, turns)
  },
}))

const workers = WORKERS === undefined ? undefined : Number(WORKERS)
const backend = BACKEND === 'node' ? 'node' : 'zzz'
const server = await serve(app, { port, backend, workers })
if (server.role === 'worker') setInterval(report, reportInterval).unref()
else ready(server.address.port, server.role === 'primary' ? usageOfFamily : ownUsage)

function report(): void {
  // The primary may have ended.
  reports.tell(process.pid, ownUsage().turns).catch(() => {})
}

function usageOfFamily(): Usage {
  return { cpu: cpuOfFamily(), turns: heard.values().reduce((sum, turns) => sum + turns, 0) }
}

/** Microseconds of processor time of this process and its children, as Linux tells (proc_pid_stat(5)). */
function cpuOfFamily(): number {
  let ticks = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statOf(name)
    if (Number(name) === process.pid || Number(fields[1]) === process.pid) {
      ticks += Number(fields[11]) + Number(fields[12])
    }
  }
  return ticks * 10_000
}

/** The fields behind the command: state, parent … user and system time are the 12th and 13th. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    // It has ended since.
    return []
  }
}
