import type { Match, MatcherEntry } from '../matcher.ts'
import { createParamsFactory, type ParamsFactory } from '../params-factory.ts'
import type { Segment } from '../pattern.ts'

/** An entry with all that its matches have in common. */
export interface Endpoint<E> {
  readonly entry: E
  readonly createParams: ParamsFactory
  readonly wildcard: string | undefined
  /** The one match of a pattern without parameters. */
  readonly fixedMatch: Match<E> | undefined
}

/** The entries of one shape. */
export interface Leaf<E> {
  readonly byMethod: Map<string, Endpoint<E>>
  /** Answers methods that `byMethod` does not have: the entry for `*`. */
  otherwise: Endpoint<E> | undefined
}

/** One place in the trie; paths that lead here agree in all segments so far. */
export class TrieNode<E> {
  /** Children by the first character of their text; a sparse array is as fast as a dense one here, and small. */
  readonly statics: StaticChild<E>[][] = []
  param: TrieNode<E> | undefined
  leaf: Leaf<E> | undefined
  /** What matches here and everything below. */
  wildcard: Leaf<E> | undefined

  /** The static child whose text stands at `start` as a whole segment. */
  child(path: string, start: number, end: number, separator: number): StaticChild<E> | undefined {
    const bucket = this.statics[path.charCodeAt(start)]
    if (bucket === undefined) return undefined
    for (let i = 0; i < bucket.length; i++) {
      const child = bucket[i] as StaticChild<E>
      const stop = start + child.text.length
      if (stop > end || !path.startsWith(child.text, start)) continue
      if (stop === end || path.charCodeAt(stop) === separator) return child
    }
    return undefined
  }

  /** The child for a segment of a pattern, made when it is not there. */
  descend(segment: Segment): TrieNode<E> {
    if (segment.kind !== 'static') return (this.param ??= new TrieNode())
    const { text } = segment
    const bucket = (this.statics[text.charCodeAt(0)] ??= [])
    const known = bucket.find((child) => child.text === text)
    if (known !== undefined) return known.node
    const node = new TrieNode<E>()
    bucket.push({ text, node })
    return node
  }
}

interface StaticChild<E> {
  readonly text: string
  readonly node: TrieNode<E>
}

/** Makes the endpoint of an entry. */
export function createEndpoint<E extends MatcherEntry>(entry: E, segments: readonly Segment[]): Endpoint<E> {
  const names = segments.flatMap((segment) => (segment.kind === 'static' ? [] : [segment.name]))
  const last = segments.at(-1)
  return {
    entry,
    createParams: createParamsFactory(names),
    wildcard: last?.kind === 'wildcard' ? last.name : undefined,
    fixedMatch:
      names.length === 0 ? Object.freeze({ kind: 'found', entry, params: Object.freeze({}) }) : undefined,
  }
}

/** Makes a leaf without entries. */
export function createLeaf<E>(): Leaf<E> {
  return { byMethod: new Map(), otherwise: undefined }
}

/** Adds an endpoint to its leaf; the one for GET answers HEAD too until one for HEAD comes. */
export function addEndpoint<E extends MatcherEntry>(leaf: Leaf<E>, endpoint: Endpoint<E>): void {
  const { method } = endpoint.entry
  if (method === '*') leaf.otherwise = endpoint
  else leaf.byMethod.set(method, endpoint)
  if (method === 'GET' && leaf.byMethod.get('HEAD')?.entry.method !== 'HEAD')
    leaf.byMethod.set('HEAD', endpoint)
}

/** The endpoint of a leaf that answers a method. */
export function endpointFor<E>(leaf: Leaf<E>, method: string): Endpoint<E> | undefined {
  return leaf.byMethod.get(method) ?? leaf.otherwise
}
