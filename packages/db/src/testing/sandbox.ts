import { delayRule, functionRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'
import { internalsOf } from '../repo/internals.ts'
import type { AnyRepo } from '../repo/repo.ts'
import { type BoxDriver, guarded, sandboxError } from './box.ts'
import { openPostgresBox } from './postgres-box.ts'
import { createSqliteBoxes, type SqliteBoxes } from './sqlite-box.ts'

/** Options of `createSandbox`. */
export interface SandboxOptions {
  /** Runs once before the first test, and what it does stays: `() => migrate(repo, { folder })`. */
  readonly prepare?: (() => unknown) | undefined
  /** Milliseconds that a test waits for a transaction of its own, and for what it left running. Default 5,000. */
  readonly timeout?: number | undefined
}

/** The sandbox of one test. Everything in it sees its own writes and nobody else's; all is gone when it is closed. */
export interface Box {
  /** Runs a task in the sandbox, and everything that the task awaits or starts. */
  run<T>(task: () => T): T
  /** A function that runs in the sandbox whoever calls it: a handler of events, of a server that was started before. */
  bind<A extends readonly unknown[], T>(task: (...args: A) => T): (...args: A) => T
  /** Lets everything that has no sandbox of its own into this one, until it is disposed of. One test at a time can. */
  share(): Disposable
  /** Waits for what is running in it, and undoes everything. */
  close(): Promise<void>
}

/** Sandboxes of a repo. */
export interface Sandbox {
  /**
   * A test that runs in a sandbox of its own.
   *
   * ```ts
   * it('counts users', isolate(async () => assert.equal(await repo.count(from(User)), 0)))
   * ```
   */
  isolate<A extends readonly unknown[], T>(test: (...args: A) => T | Promise<T>): (...args: A) => Promise<T>
  /** Opens a sandbox; for runners with hooks of their own. Who opens one closes it. */
  open(): Promise<Box>
  /** The sandbox that the running code is in. Throws `ZZZ_DB_SANDBOX` where it is in none. */
  current(): Box
  /** Closes what is open, and gives the repo back as it was. */
  stop(): Promise<void>
}

const rules: OptionRules<SandboxOptions> = { prepare: functionRule, timeout: delayRule }

const taken = new WeakSet<object>()

/**
 * Gives each test a sandbox: all that it writes is undone at its end, while other tests run beside it. In PostgreSQL a
 * sandbox is a connection whose transaction is never committed, in SQLite a copy of the database in a file of its own.
 * From now on the repo refuses what comes from outside of a sandbox (`ZZZ_DB_SANDBOX`), so nothing is written by mistake.
 *
 * ```ts
 * const { isolate } = createSandbox(repo, { prepare: () => migrate(repo, { folder: 'migrations' }) })
 * ```
 */
export function createSandbox(repo: AnyRepo, options: SandboxOptions = {}): Sandbox {
  checkOptions('createSandbox', options, rules)
  const { prepare = () => {}, timeout = 5000 } = options
  const { driver: main, transactions } = internalsOf('createSandbox', repo)
  if (taken.has(repo)) throw sandboxError(`${repo.name} has sandboxes already: stop them first`)
  taken.add(repo)
  const outside = guarded(
    main,
    () =>
      `${repo.name} is used outside of a sandbox: wrap the test in isolate(), or the function in box.bind()`,
  )
  transactions.redirect(outside)

  const open = new Map<unknown, Box>()
  let shared = false
  let copies: SqliteBoxes | undefined
  let preparing: Promise<void> | undefined

  async function prepareOnce(): Promise<void> {
    await transactions.via(main, prepare)
    if (main.dialect.name === 'sqlite') copies = await createSqliteBoxes(main, timeout)
  }

  async function openBox(): Promise<Box> {
    preparing ??= prepareOnce()
    await preparing
    const opened = await (copies === undefined ? openPostgresBox(main, timeout) : copies.open())
    return boxOf(opened)
  }

  function boxOf(opened: BoxDriver): Box {
    let ended = false
    const driver = guarded(opened.driver, () =>
      ended
        ? 'The sandbox of this test has ended, and something that it started goes on: await it in the test'
        : undefined,
    )
    const box: Box = {
      run: (task) => transactions.via(driver, task),
      bind:
        (task) =>
        (...args) =>
          transactions.via(driver, () => task(...args)),
      share() {
        if (shared)
          throw sandboxError('Another sandbox is shared already: tests that share run one after the other')
        shared = true
        transactions.redirect(driver)
        return {
          [Symbol.dispose]() {
            if (!shared) return
            shared = false
            transactions.redirect(outside)
          },
        }
      },
      async close() {
        if (ended) return
        ended = true
        open.delete(driver)
        await opened.close()
      },
    }
    open.set(driver, box)
    return box
  }

  return {
    isolate:
      (test) =>
      async (...args) => {
        const box = await openBox()
        let result: Awaited<ReturnType<typeof test>>
        try {
          result = await box.run(async () => await test(...args))
        } catch (error) {
          // What went wrong in the test is the thing to know.
          await box.close().catch(() => {})
          throw error
        }
        await box.close()
        return result
      },
    open: openBox,
    current() {
      const box = open.get(transactions.driver())
      if (box !== undefined) return box
      throw sandboxError('The running code is in no sandbox')
    },
    async stop() {
      await preparing?.catch(() => {})
      await Promise.allSettled([...open.values()].map((box) => box.close()))
      copies?.stop()
      shared = false
      transactions.redirect(undefined)
      taken.delete(repo)
    },
  }
}
