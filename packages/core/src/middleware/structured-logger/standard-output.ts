import type { LogLevel } from '../../context/level-log.ts'
import { loadPeer } from '../../internal/load-peer.ts'
import { reportError } from '../../internal/report.ts'
import type { PinoLogger } from './pino-log.ts'

/** Bytes of records that may wait for a slow standard output; what comes on top is dropped. */
const waiting = 8 * 1024 * 1024

/**
 * A logger that writes JSON lines to standard output without waiting for it: a terminal or pipe that is not read delays
 * no request. Throws `ZZZ_PEER_MISSING` without the package `pino`.
 */
export function standardOutput(level: LogLevel | 'silent'): PinoLogger {
  const pino = loadPeer<typeof import('pino')>('structuredLogger', 'pino')
  const output = pino.destination({ dest: 1, sync: false, maxLength: waiting })
  let dropping = false
  output.on('drop', () => {
    if (!dropping)
      reportError(new Error('Standard output is not read fast enough'), 'Log records are dropped')
    dropping = true
  })
  output.on('drain', () => {
    dropping = false
  })
  output.on('error', (error: unknown) => reportError(error, 'The log cannot be written'))
  return pino({ level, formatters: { level: (label) => ({ level: label }) } }, output)
}
