import type { Match, MatcherEntry } from '../matcher.ts'
import { createParamsFactory, type ParamsFactory } from '../params-factory.ts'
import type { Segment } from '../pattern.ts'

/** An entry with all that its matches have in common. */
export interface Endpoint<E> {
  readonly entry: E
  readonly createParams: ParamsFactory
  /** The name of the wildcard's parameter, where the pattern has one. */
  readonly wildcard: string | undefined
  /** The one match of a pattern without parameters. */
  readonly fixedMatch: Match<E> | undefined
}

/** Makes the endpoint of an entry; `segments` are those of its pattern. */
export function createEndpoint<E extends MatcherEntry>(entry: E, segments: readonly Segment[]): Endpoint<E> {
  const names = segments.flatMap((segment) => (segment.kind === 'static' ? [] : [segment.name]))
  const last = segments.at(-1)
  const fixed = names.length === 0
  return {
    entry,
    createParams: createParamsFactory(names),
    wildcard: last?.kind === 'wildcard' ? last.name : undefined,
    fixedMatch: fixed ? Object.freeze({ kind: 'found', entry, params: Object.freeze({}) }) : undefined,
  }
}

/** The endpoints of one shape, by method. */
export class Leaf<E extends MatcherEntry> {
  readonly #byMethod = new Map<string, Endpoint<E>>()
  #otherwise: Endpoint<E> | undefined

  /** Adds an endpoint; the one for GET answers HEAD too, unless there is one for HEAD. */
  add(endpoint: Endpoint<E>): void {
    const { method } = endpoint.entry
    if (method === '*') this.#otherwise = endpoint
    else this.#byMethod.set(method, endpoint)
    if (method === 'GET' && !this.#byMethod.has('HEAD')) this.#byMethod.set('HEAD', endpoint)
  }

  /** The endpoint that answers a method. */
  endpointFor(method: string): Endpoint<E> | undefined {
    return this.#byMethod.get(method) ?? this.#otherwise
  }

  /** The methods that have an endpoint of their own. */
  get methods(): readonly string[] {
    return [...this.#byMethod.keys()]
  }
}
