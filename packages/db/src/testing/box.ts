import type { Driver } from '../driver/driver.ts'
import { DbError } from '../errors.ts'

/** A database of one test, or what looks like one: a driver, and what undoes everything. */
export interface BoxDriver {
  readonly driver: Driver
  close(): Promise<void>
}

/** The error for what is done outside of any sandbox, or after its end. */
export function sandboxError(message: string): DbError {
  return new DbError('ZZZ_DB_SANDBOX', message)
}

/** A driver that refuses everything as soon as `reason` gives one. */
export function guarded(driver: Driver, reason: () => string | undefined): Driver {
  const check = () => {
    const message = reason()
    if (message !== undefined) throw sandboxError(message)
  }
  return {
    ...driver,
    run(statement, parameters) {
      check()
      return driver.run(statement, parameters)
    },
    open(intent) {
      check()
      return driver.open(intent)
    },
  }
}
