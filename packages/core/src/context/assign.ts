declare const carried: unique symbol

/** A typed key under which middleware hands a value to what runs after it. */
export interface AssignKey<in out T> {
  readonly name: string
  /** The middleware that sets it, as its user writes it, for the error that it did not. */
  readonly setBy?: string | undefined
  readonly [carried]?: (value: T) => T
}

/**
 * Makes a typed key. Two keys of one name are two keys; export yours and import it where the value is read. `setBy` is the
 * middleware that sets it, which the error names where it did not run.
 *
 * ```ts
 * export const currentUser = assign<User>('currentUser', 'requireUser')
 * ctx.set(currentUser, user)      // in middleware
 * ctx.get(currentUser).email      // in a handler: User
 * ```
 */
export function assign<T>(name: string, setBy?: string): AssignKey<T> {
  return { name, setBy }
}
