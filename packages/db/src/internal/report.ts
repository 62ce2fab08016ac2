/** Tells of an error that nobody waits for: a process warning, by default on stderr. */
export function reportError(what: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  const warning = new Error(`${what}: ${message}`, { cause: error })
  warning.name = 'ZzzUnhandledError'
  if (error instanceof Error) Object.assign(warning, { detail: error.stack })
  process.emitWarning(warning)
}
