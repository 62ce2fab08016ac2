import { climbs, decodePath, separator } from '../decode-path.ts'
import type { Match, Matcher, MatcherEntry } from '../matcher.ts'
import { parsePattern } from '../pattern.ts'
import { createEndpoint, type Endpoint, type Leaf } from './leaf.ts'
import { TrieNode } from './trie-node.ts'

const slash = 47
const dot = 46
const percent = 37
const backslash = 92

/**
 * A trie of segments that is walked in place, character by character: no hash of the path, no splitting, and only the
 * values of the route that matched are cut out. A value that could need decoding or refusing makes the walk `suspect`;
 * its path is then decoded and walked once more, with a separator that no decoded path has.
 *
 * The state of a walk is kept in fields, which is sound because a walk is synchronous, and saves an allocation a request.
 */
export class TrieMatcher<E extends MatcherEntry> implements Matcher<E> {
  readonly #root = new TrieNode<E>()
  /** Where the values of the walk begin and end in the text. */
  readonly #marks: number[] = []
  /** Leaves of the walk that match the path but not the method. */
  readonly #missed: Leaf<E>[] = []
  #method = ''
  #text = ''
  #end = 0
  #separator = slash
  #suspect = false

  constructor(entries: readonly E[]) {
    for (const entry of entries) this.#add(entry)
  }

  match(method: string, path: string): Match<E> {
    if (path.charCodeAt(0) !== slash) return { kind: 'not-found' }
    const last = path.length - 1
    const end = path.charCodeAt(last) === slash ? last : path.length
    const endpoint = this.#search(method, path, end, slash)
    if (endpoint !== undefined && !this.#suspect) return endpoint.fixedMatch ?? this.#found(endpoint)
    const decodes = this.#suspect || path.includes('%') || path.includes('/.')
    return decodes ? this.#matchDecoded(method, path.slice(0, end)) : this.#miss()
  }

  #matchDecoded(method: string, path: string): Match<E> {
    const text = decodePath(path)
    if (text === undefined) return { kind: 'malformed' }
    const endpoint = this.#search(method, text, text.length, separator.charCodeAt(0))
    if (endpoint === undefined) return this.#miss()
    if (endpoint.wildcard === undefined) return endpoint.fixedMatch ?? this.#found(endpoint)
    return this.#foundDecodedWildcard(endpoint, endpoint.wildcard)
  }

  #search(method: string, text: string, end: number, separator: number): Endpoint<E> | undefined {
    this.#method = method
    this.#text = text
    this.#end = end
    this.#separator = separator
    this.#suspect = false
    if (this.#missed.length > 0) this.#missed.length = 0
    return this.#walk(this.#root, 0, 0)
  }

  /** Finds the endpoint below a node; `position` is the separator before the next segment, or the end. */
  #walk(node: TrieNode<E>, position: number, depth: number): Endpoint<E> | undefined {
    let endpoint: Endpoint<E> | undefined
    const start = position + 1
    if (position === this.#end) {
      if (node.leaf !== undefined) endpoint = this.#answer(node.leaf)
    } else if (start < this.#end) {
      const child = node.child(this.#text, start, this.#end, this.#separator)
      if (child !== undefined) endpoint = this.#walk(child.node, start + child.text.length, depth)
      if (endpoint === undefined && node.param !== undefined)
        endpoint = this.#walkParam(node.param, start, depth)
    }
    if (endpoint === undefined && node.wildcard !== undefined) {
      endpoint = this.#answerWildcard(node.wildcard, start, depth)
    }
    return endpoint
  }

  #walkParam(node: TrieNode<E>, start: number, depth: number): Endpoint<E> | undefined {
    const stop = this.#segmentEnd(start)
    if (stop === start) return undefined
    this.#marks[depth] = start
    this.#marks[depth + 1] = stop
    return this.#walk(node, stop, depth + 2)
  }

  #answerWildcard(leaf: Leaf<E>, start: number, depth: number): Endpoint<E> | undefined {
    for (let stop = start; stop < this.#end; ) stop = this.#segmentEnd(stop) + 1
    this.#marks[depth] = start
    this.#marks[depth + 1] = this.#end
    return this.#answer(leaf)
  }

  /** Where the segment that begins at `start` ends. */
  #segmentEnd(start: number): number {
    const text = this.#text
    const end = this.#end
    const separator = this.#separator
    let stop = start
    for (; stop < end; stop++) {
      const code = text.charCodeAt(stop)
      if (code === separator) break
      if (code === percent || code === backslash || (code === dot && stop === start)) this.#suspect = true
    }
    return stop
  }

  #answer(leaf: Leaf<E>): Endpoint<E> | undefined {
    const endpoint = leaf.endpointFor(this.#method)
    if (endpoint === undefined) this.#missed.push(leaf)
    return endpoint
  }

  #found(endpoint: Endpoint<E>): Match<E> {
    return { kind: 'found', entry: endpoint.entry, params: endpoint.createParams(this.#text, this.#marks) }
  }

  #foundDecodedWildcard(endpoint: Endpoint<E>, name: string): Match<E> {
    const params: Record<string, string> = endpoint.createParams(this.#text, this.#marks)
    const value = (params[name] as string).replaceAll(separator, '/')
    if (climbs(value)) return { kind: 'malformed' }
    params[name] = value
    return { kind: 'found', entry: endpoint.entry, params }
  }

  #miss(): Match<E> {
    if (this.#missed.length === 0) return { kind: 'not-found' }
    const methods = this.#missed.flatMap((leaf) => leaf.methods)
    return { kind: 'method-not-allowed', allowed: new Set([...methods, 'OPTIONS'].sort()) }
  }

  #add(entry: E): void {
    const segments = parsePattern(entry.pattern)
    this.#root.grow(segments).add(createEndpoint(entry, segments))
  }
}
