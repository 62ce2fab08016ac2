/** What the harness asks a server process. */
export type Question = 'cpu' | 'memory'

/** What the server process tells: first where it listens, then an answer to each question. */
export type Answer =
  | { readonly port: number }
  /** Microseconds of processor time so far. */
  | { readonly cpu: number }
  /** Bytes after a garbage collection. */
  | { readonly rss: number; readonly heap: number }

/** The port to listen on: 0, any free one, for the harness; 5556 when a server is started by hand. */
export const port = Number(process.env.PORT ?? 5556)

/** True when the server is to speak TLS. */
export const overTls = process.env.TLS === '1'

/**
 * Tells the harness, or the terminal, where the server listens, and answers the harness until it hangs up. `cpu` gives
 * the microseconds of processor time of a server that is more than this process.
 */
export function ready(listening: number, cpu: () => number = ownCpu): void {
  if (process.send === undefined) {
    console.log(`http://127.0.0.1:${listening}`)
    return
  }
  const tell = (answer: Answer) => process.send?.(answer)
  process.on('message', (question: Question) => void answer(question, cpu).then(tell))
  process.on('disconnect', () => process.exit())
  tell({ port: listening })
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function answer(question: Question, cpu: () => number): Promise<Answer> {
  if (question === 'cpu') return { cpu: cpu() }
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
