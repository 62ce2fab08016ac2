import type { Secrets } from '../secrets/secrets.ts'

/** A route as it can be listed. */
export interface RouteInfo {
  readonly method: string
  /** The whole pattern, scopes joined: `/api/users/:id`. */
  readonly pattern: string
  readonly name: string | undefined
}

/** What a request can know of its application. Handlers read it here, since importing the app itself would be a cycle. */
export interface AppInfo {
  /** `development`, `test`, `production` or another name of the app's choice. */
  readonly environment: string
  /** Every route in the order of writing. */
  readonly routes: readonly RouteInfo[]
  /** True from the moment its server is about to close. */
  readonly draining: boolean
  /** Signs and encrypts with keys of the application's `secretKeyBase`. */
  readonly secrets: Secrets
  /** Aborts at that moment, so that streams without an end of their own can end. */
  readonly drainSignal: AbortSignal
}
