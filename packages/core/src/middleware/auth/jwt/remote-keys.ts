import type { Clock } from '../../../clock.ts'
import { ZzzError } from '../../../errors.ts'
import { messageOf } from '../../../internal/message-of.ts'
import { reportError } from '../../../internal/report.ts'

/** The keys of an issuer, as `createLocalJWKSet` of jose makes them. */
type KeySet = ReturnType<typeof import('jose')['createLocalJWKSet']>

/** What `remoteKeys` has to know. */
export interface RemoteKeysOptions {
  readonly url: URL
  readonly clock: Clock
  /** Makes the keys of what the server says; throws for what is no JSON Web Key Set. */
  readonly read: (json: unknown) => KeySet
  /** Called when other keys have come. */
  readonly onChange: () => void
}

/** Keys that are fetched from their issuer. */
export interface RemoteKeys {
  /** The keys as last fetched. Rejects with `ZZZ_KEYS_UNAVAILABLE` when there are none. */
  current(): Promise<KeySet>
  /** The keys fetched again, because one is missing; undefined when that was tried a moment ago. Rejects likewise. */
  renewed(): Promise<KeySet | undefined>
}

const seconds = 1000
/** For an answer of the server. */
const timeout = 5 * seconds
/** From then on keys are fetched again, while the old ones do their work. */
const fresh = 600 * seconds
/** From then on the old ones are not believed any more. */
const stale = 3600 * seconds
/** Between two fetches because of a key that is not there: unknown keys cost nothing to invent. */
const cooldown = 30 * seconds
/** Between two fetches when the first has failed. */
const pause = 2 * seconds
const maxBytes = 256 * 1024

/**
 * Keys of a URL (`jwks_uri`), kept for ten minutes and then fetched again in the background; they are believed for an hour
 * if the server does not answer. A key that is missing is looked for at most every 30 seconds.
 */
export function remoteKeys({ url, clock, read, onChange }: RemoteKeysOptions): RemoteKeys {
  let keys: { readonly set: KeySet; readonly at: number } | undefined
  let failure: { readonly error: ZzzError; readonly at: number } | undefined
  let fetching: Promise<KeySet> | undefined
  const age = (of: { readonly at: number } | undefined) =>
    of === undefined ? Number.POSITIVE_INFINITY : clock.now() - of.at

  function fetchKeys(): Promise<KeySet> {
    if (failure !== undefined && age(failure) < pause) return Promise.reject(failure.error)
    fetching ??= load().finally(() => {
      fetching = undefined
    })
    return fetching
  }

  async function load(): Promise<KeySet> {
    try {
      const set = read(await fetchJson(url))
      keys = { set, at: clock.now() }
      failure = undefined
      onChange()
      return set
    } catch (cause) {
      const why = messageOf(cause)
      const error = new ZzzError('ZZZ_KEYS_UNAVAILABLE', `The keys at ${url.href} cannot be had: ${why}`, {
        cause,
        headers: { 'retry-after': String(pause / seconds) },
      })
      failure = { error, at: clock.now() }
      throw error
    }
  }

  return {
    async current() {
      if (keys === undefined || age(keys) >= stale) return fetchKeys()
      if (age(keys) >= fresh && age(failure) >= pause && fetching === undefined) {
        fetchKeys().catch((error: unknown) => reportError(error, 'jwtAuth'))
      }
      return keys.set
    },
    async renewed() {
      return age(keys) < cooldown ? undefined : fetchKeys()
    },
  }
}

async function fetchJson(url: URL): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`the server answered ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
