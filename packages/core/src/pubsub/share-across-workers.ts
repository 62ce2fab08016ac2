/** Methods whose arguments and results can be sent between processes, and which answer later: another may be asked. */
export type Shareable<T> = { readonly [Name in keyof T]: (...args: never[]) => Promise<unknown> }

/**
 * One object for all workers of a machine, so that what it keeps in memory (sessions, buckets of a rate limit) is the
 * same for each of them. `create` makes it; `name` tells it from the others of the application.
 */
export function shareAcrossWorkers<T extends Shareable<T>>(_name: string, create: () => T): T {
  return create()
}
