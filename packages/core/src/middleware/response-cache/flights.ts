import type { Clock } from '../../clock.ts'
import type { CachedReply } from './cached-reply.ts'

/** What a reply that others waited for came to. */
export type Landing =
  /** It may be given to requests that say the same in these headers. */
  | {
      readonly kind: 'shared'
      readonly reply: CachedReply
      readonly names: readonly string[]
      readonly values: string
    }
  /** It was for one client, or an error: each makes its own. */
  | { readonly kind: 'alone' }
  /** Its client left before it was made; somebody else has to. */
  | { readonly kind: 'abandoned' }
  /** It takes too long. */
  | { readonly kind: 'late' }

/** A reply in the making. */
export interface Flight {
  readonly key: string
  readonly landing: Promise<Landing>
  /** True when something changed meanwhile: what comes may be old already. */
  revoked: boolean
  land(landing: Landing): void
}

/** The replies in the making, by the place where they will be kept, so that each is made once. */
export interface Flights {
  at(place: string): Flight | undefined
  /** Begins one, in place of one that takes too long. */
  begin(place: string, key: string): Flight
  revoke(key: string): void
}

/** Makes the list of what is in the making, empty. */
export function createFlights(): Flights {
  /** The latest of each place. */
  const flights = new Map<string, Flight>()
  /** All of them, also those that a later one has taken the place of: what they bring is kept too. */
  const underWay = new Set<Flight>()
  return {
    at: (place) => flights.get(place),
    begin(place, key) {
      const { promise, resolve } = Promise.withResolvers<Landing>()
      const flight: Flight = {
        key,
        landing: promise,
        revoked: false,
        land(landing) {
          if (flights.get(place) === flight) flights.delete(place)
          underWay.delete(flight)
          resolve(landing)
        },
      }
      flights.set(place, flight)
      underWay.add(flight)
      return flight
    },
    revoke(key) {
      for (const flight of underWay) if (flight.key === key) flight.revoked = true
    },
  }
}

/** Waits for a flight, `ms` milliseconds at most. */
export async function landingOf(flight: Flight, ms: number, clock: Clock): Promise<Landing> {
  const late = Promise.withResolvers<Landing>()
  using _timer = clock.after(ms, () => late.resolve({ kind: 'late' }))
  return await Promise.race([flight.landing, late.promise])
}
