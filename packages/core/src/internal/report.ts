/**
 * Makes an error visible that has no caller left to throw to (a listener that failed after the reply went out).
 * It becomes a process warning, so it reaches stderr and anyone who listens to `warning`.
 */
export function reportError(error: unknown, where: string): void {
  const warning = new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  })
  warning.name = 'ZzzUnhandledError'
  if (error instanceof Error && error.stack !== undefined) warning.stack = `${where}: ${error.stack}`
  process.emitWarning(warning)
}
