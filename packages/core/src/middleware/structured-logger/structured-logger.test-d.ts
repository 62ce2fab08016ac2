// Type tests of the structured logger: each thing that is accepted has a twin that is refused.
import { pino } from 'pino'
import type { Context } from '../../context/context.ts'
import { loggerKey } from '../../context/keys.ts'
import type { Log } from '../../context/log.ts'
import { structuredLogger } from './structured-logger.ts'

structuredLogger({ logger: pino() })
// @ts-expect-error the console has no children
structuredLogger({ logger: console })

structuredLogger({ level: 'warn' })
// @ts-expect-error no such level
structuredLogger({ level: 'loud' })

declare const ctx: Context
ctx.get(loggerKey).info('a message')
ctx.get(loggerKey).child({ order: 7 }).warn({ state: 'late' }, 'with fields')
// @ts-expect-error a number is no message
ctx.get(loggerKey).info(7)
// @ts-expect-error no such level
ctx.get(loggerKey).shout('x')

// A logger of pino does where a log is asked for.
ctx.set(loggerKey, pino())
// @ts-expect-error the console does not
ctx.set(loggerKey, console)

export const log: Log = pino()
