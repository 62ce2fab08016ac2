import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { reportError } from '../internal/report.ts'

/** Rows that one statement removes: few, since in SQLite nobody else writes meanwhile, and this thread does it. */
const batch = 100
/** Most rows that a sweep removes, unless twice as many sessions as that were made since the last. */
const most = 10_000
/** Milliseconds from the end of a sweep to the next, on average. */
const interval = 300_000

/** Removes what has expired, beside the requests that come anyway. */
export interface Sweeper {
  /** Says that a session was used, or made; begins a sweep in the background where one is due. */
  passBy(made: boolean): void
  /** Removes all that has expired now; gives how many. */
  sweep(): Promise<number>
}

/**
 * Makes a sweeper. It has no timer, so there is nothing to start or to stop: a store that nobody uses does not grow. Each
 * process sweeps at moments of its own, so that several do not begin at once.
 */
export function createSweeper(now: () => number, removeSome: (limit: number) => Promise<number>): Sweeper {
  let due = now() + pause()
  let made = 0
  let sweeping = false
  /** Runs a task as if no request had begun it: what a sweep does counts for none of them. */
  const apart = AsyncLocalStorage.snapshot()

  async function sweep(limit: number): Promise<number> {
    for (let removed = 0; ; ) {
      // Requests come first, also where the database answers at once.
      await nextTurn()
      const count = await removeSome(batch)
      removed += count
      if (count < batch || removed >= limit) return removed
    }
  }

  async function sweepAlong(): Promise<void> {
    // More than were made, so that the table does not grow whatever comes.
    const limit = Math.max(most, 2 * made)
    made = 0
    try {
      await sweep(limit)
    } catch (error) {
      if (!isEnd(error)) reportError('Expired sessions could not be removed', error)
    }
    due = now() + pause()
    sweeping = false
  }

  return {
    passBy(isNew) {
      if (isNew) made++
      if (sweeping || now() < due) return
      sweeping = true
      void apart(sweepAlong)
    },
    sweep: () => sweep(Number.POSITIVE_INFINITY),
  }
}

/** The application stops, and the next process goes on; or it is tested in sandboxes, which undo everything anyway. */
function isEnd(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === 'ZZZ_DB_STOPPED' || code === 'ZZZ_DB_SANDBOX'
}

function pause(): number {
  return interval * (0.5 + Math.random())
}
