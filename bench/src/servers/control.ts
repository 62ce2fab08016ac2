/** What the harness asks a server process. */
export type Question = 'usage' | 'memory'

/** What the server process tells: first where it listens, then an answer to each question. */
export type Answer =
  | { readonly port: number }
  | Usage
  /** Bytes after a garbage collection. */
  | { readonly rss: number; readonly heap: number }

/** What a server has taken so far. */
export interface Usage {
  /** Microseconds of processor time. */
  readonly cpu: number
  /** Turns of event loops: between two of them, all that has arrived is answered. */
  readonly turns: number
}

/** The port to listen on: 0, any free one, for the harness; 5556 when a server is started by hand. */
export const port = Number(process.env.PORT ?? 5556)

/** True when the server is to speak TLS. */
export const overTls = process.env.TLS === '1'

/**
 * Tells the harness, or the terminal, where the server listens, and answers the harness until it hangs up. `usage` tells
 * of a server that is more than this process.
 */
export function ready(listening: number, usage: () => Usage = ownUsage): void {
  if (process.send === undefined) {
    console.log(`http://127.0.0.1:${listening}`)
    return
  }
  const tell = (answer: Answer) => process.send?.(answer)
  process.on('message', (question: Question) => void answer(question, usage).then(tell))
  process.on('disconnect', () => process.exit())
  tell({ port: listening })
}

/** What this process has taken. */
export function ownUsage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpu: user + system, turns: performance.nodeTiming.uvMetricsInfo.loopCount }
}

async function answer(question: Question, usage: () => Usage): Promise<Answer> {
  if (question === 'usage') return usage()
  await collectGarbage()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: heapUsed + external }
}

/** Several rounds with a pause: finalisers of one round free what the next one collects. */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
