import { isPromise } from './maybe-promise.ts'
import { messageOf } from './message-of.ts'

/**
 * Makes an error visible that has no caller left to throw to (a listener that failed after the reply went out).
 * It becomes a process warning, so it reaches stderr and anyone who listens to `warning`. Never throws: nobody would catch
 * it, and the process would end.
 */
export function reportError(error: unknown, where: string): void {
  const warning = new Error(`${where}: ${messageOf(error)}`, { cause: error })
  warning.name = 'ZzzUnhandledError'
  // Node prints a warning's detail below its message, but a stack only with --trace-warnings.
  const detail = stackOf(error)
  if (detail !== undefined) Object.assign(warning, { detail })
  process.emitWarning(warning)
}

/**
 * A listener for errors that throws none itself, now or later: what it throws becomes a warning, beside the error that it
 * was told.
 */
export function guardListener(
  listener: (error: unknown) => unknown,
  where: string,
): (error: unknown) => void {
  return (error) => {
    const fail = (fault: unknown): void => {
      reportError(error, where)
      reportError(fault, `${where}: its listener failed`)
    }
    try {
      const done = listener(error)
      if (isPromise(done)) done.then(undefined, fail)
    } catch (fault) {
      fail(fault)
    }
  }
}

function stackOf(error: unknown): string | undefined {
  try {
    return error instanceof Error && typeof error.stack === 'string' ? error.stack : undefined
  } catch {
    return undefined
  }
}
