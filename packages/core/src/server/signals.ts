const signals = ['SIGTERM', 'SIGINT'] as const

/** Calls `close` at the first SIGTERM or SIGINT. The second one kills the process, since nobody listens any more. */
export function onSignals(close: (signal: NodeJS.Signals) => void): () => void {
  const remove = () => {
    for (const signal of signals) process.off(signal, listener)
  }
  const listener = (signal: NodeJS.Signals) => {
    remove()
    close(signal)
  }
  for (const signal of signals) process.on(signal, listener)
  return remove
}
