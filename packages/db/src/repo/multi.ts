import { DbError } from '../errors.ts'
import type { Transactions } from './transactions.ts'

/** What a step gives: the value of a result that is well, or whatever it is. */
type Given<R> = R extends { readonly ok: true; readonly value: infer V }
  ? V
  : R extends { readonly ok: false }
    ? never
    : R

/** One step of a `Multi`. */
interface Step {
  readonly name: string
  readonly run: (done: never) => unknown
}

/** What running a `Multi` gives: the values of all steps, or the step that failed and what it gave. */
export type MultiResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failed: string; readonly reason: unknown; readonly done: Partial<T> }

/**
 * Named steps that succeed or fail together: an immutable value, built without a database. Each step gets the values of
 * those before. The first that gives `{ ok: false }` undoes them all, and so does one that throws.
 *
 * ```ts
 * const signUp = multi()
 *   .step('team', () => repo.insert(change(Team).put({ name })))
 *   .step('user', ({ team }) => repo.insert(userChangeset.put({ teamId: team.id })))
 * const result = await repo.runMulti(signUp)
 * ```
 */
export class Multi<T = unknown> {
  declare readonly $values: T
  readonly steps: readonly Step[]

  /** @internal */
  constructor(steps: readonly Step[]) {
    this.steps = steps
  }

  /** Adds a step. Throws `ZZZ_DB_QUERY` when there is one of that name. */
  step<const N extends string, R>(
    name: N,
    run: (done: T) => R | Promise<R>,
  ): Multi<T & { readonly [K in N]: Given<R> }> {
    if (this.steps.some((step) => step.name === name)) {
      throw new DbError('ZZZ_DB_QUERY', `A multi has two steps named ${JSON.stringify(name)}`)
    }
    return new Multi([...this.steps, { name, run: run as Step['run'] }])
  }

  /** Adds the steps of another one behind these. */
  append<O>(other: Multi<O>): Multi<T & O> {
    return other.steps.reduce<Multi<T & O>>(
      (all, { name, run }) => all.step(name, run as never) as unknown as Multi<T & O>,
      new Multi<T & O>(this.steps),
    )
  }
}

/** A `Multi` without steps. */
export function multi(): Multi {
  return new Multi([])
}

/** Leaves the transaction of a step that gave `{ ok: false }`. */
class StepFailed {
  readonly result: MultiResult<object>

  constructor(failed: string, reason: unknown, done: object) {
    this.result = { ok: false, failed, reason, done }
  }
}

/** Runs the steps in one transaction. */
export async function runMulti<T>(transactions: Transactions, steps: Multi<T>): Promise<MultiResult<T>> {
  try {
    return await transactions.run(async () => {
      const done: Record<string, unknown> = {}
      for (const { name, run } of steps.steps) done[name] = toValue(name, await run(done as never), done)
      return { ok: true, value: done as T }
    })
  } catch (error) {
    if (error instanceof StepFailed) return error.result as MultiResult<T>
    throw error
  }
}

function toValue(name: string, given: unknown, done: object): unknown {
  if (typeof given !== 'object' || given === null || !('ok' in given)) return given
  if (given.ok === false) throw new StepFailed(name, 'changeset' in given ? given.changeset : given, done)
  return 'value' in given ? given.value : given
}
