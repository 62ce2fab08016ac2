import { reportError } from '../../internal/report.ts'

let watched = false

/**
 * Writes lines to standard output. Where nobody reads it any more (`EPIPE`: a log collector that ended, `| head`), that is
 * reported once and the lines are lost; the server goes on.
 */
export function standardLines(): (line: string) => void {
  watch()
  return (line) => void process.stdout.write(`${line}\n`)
}

/** Without a listener for its errors, Node ends the process. */
function watch(): void {
  if (watched) return
  watched = true
  let reported = false
  process.stdout.on('error', (error: unknown) => {
    if (!reported) reportError(error, 'The log cannot be written')
    reported = true
  })
}
