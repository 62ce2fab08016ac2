declare const carried: unique symbol

/** A typed key under which middleware hands a value to what runs after it. */
export interface AssignKey<in out T> {
  readonly name: string
  readonly [carried]?: (value: T) => T
}

/**
 * Makes a typed key. Two keys of one name are two keys; export yours and import it where the value is read.
 *
 * ```ts
 * export const currentUser = assign<User>('currentUser')
 * ctx.set(currentUser, user)      // in middleware
 * ctx.get(currentUser).email      // in a handler: User
 * ```
 */
export function assign<T>(name: string): AssignKey<T> {
  return { name }
}
