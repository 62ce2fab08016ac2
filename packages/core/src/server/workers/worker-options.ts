import { availableParallelism } from 'node:os'
import { ZzzError } from '../../errors.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'

/** Options of the worker processes of a server. */
export interface WorkerOptions {
  /** How many, from 1; `auto` is as many as the machine runs at once (`os.availableParallelism()`). */
  count: number | 'auto'
  /** Milliseconds that a worker gets to start its services and listen before it is killed. Default 30,000. */
  startTimeout?: number | undefined
  /**
   * Milliseconds that a worker which is being replaced leaves idle connections open, so that a client that was about to
   * send is still answered. Default 5,000.
   */
  handOver?: number | undefined
}

/** The options, complete. */
export interface ResolvedWorkers {
  readonly count: number
  readonly startTimeout: number
  readonly handOver: number
}

const amountRule = ['a number that is not negative', isAmount] as const

const optionRules: OptionRules<WorkerOptions> = {
  count: ['a positive integer or "auto"', isCount],
  startTimeout: amountRule,
  handOver: amountRule,
}

/** Checks the options and fills in defaults. Throws `ZZZ_OPTION_INVALID`. */
export function resolveWorkers(given: number | 'auto' | WorkerOptions): ResolvedWorkers {
  const options = typeof given === 'object' ? given : { count: given }
  checkOptions('serve, workers', options, optionRules)
  const { count, startTimeout = 30_000, handOver = 5000 } = options
  if (count === undefined) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      'serve, workers: option "count" is missing; give a number or "auto"',
    )
  }
  return { count: count === 'auto' ? availableParallelism() : count, startTimeout, handOver }
}

function isCount(value: unknown): boolean {
  return value === 'auto' || (Number.isInteger(value) && (value as number) >= 1)
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0
}
