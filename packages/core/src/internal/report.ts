/**
 * Makes an error visible that has no caller left to throw to (a listener that failed after the reply went out).
 * It becomes a process warning, so it reaches stderr and anyone who listens to `warning`.
 */
export function reportError(error: unknown, where: string): void {
  const warning = new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  })
  warning.name = 'ZzzUnhandledError'
  // Node prints a warning's detail below its message, but a stack only with --trace-warnings.
  if (error instanceof Error) Object.assign(warning, { detail: error.stack })
  process.emitWarning(warning)
}
