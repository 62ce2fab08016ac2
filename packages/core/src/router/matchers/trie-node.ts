import type { MatcherEntry } from '../matcher.ts'
import type { Segment } from '../pattern.ts'
import { Leaf } from './leaf.ts'

/** A child below a segment of text. */
export interface StaticChild<E extends MatcherEntry> {
  readonly text: string
  readonly node: TrieNode<E>
}

/** One place in the trie; the patterns that lead here agree in all segments so far, names aside. */
export class TrieNode<E extends MatcherEntry> {
  /** What matches a path that ends here. */
  leaf: Leaf<E> | undefined
  /** The child below a parameter. */
  param: TrieNode<E> | undefined
  /** What matches here and everything below. */
  wildcard: Leaf<E> | undefined
  /** Children by the code of their text's first character: one look-up leaves hardly more than one to compare. */
  readonly #statics: StaticChild<E>[][] = []

  /** The child whose text stands at `start` as a whole segment. */
  child(path: string, start: number, end: number, separator: number): StaticChild<E> | undefined {
    const bucket = this.#statics[path.charCodeAt(start)]
    if (bucket === undefined) return undefined
    for (let i = 0; i < bucket.length; i++) {
      const child = bucket[i] as StaticChild<E>
      const stop = start + child.text.length
      if (stop > end || !path.startsWith(child.text, start)) continue
      if (stop === end || path.charCodeAt(stop) === separator) return child
    }
    return undefined
  }

  /** The leaf below the segments of a pattern; makes what is not there yet. */
  grow(segments: readonly Segment[]): Leaf<E> {
    const [segment, ...rest] = segments
    switch (segment?.kind) {
      case undefined:
        this.leaf ??= new Leaf()
        return this.leaf
      case 'wildcard':
        this.wildcard ??= new Leaf()
        return this.wildcard
      case 'param':
        this.param ??= new TrieNode()
        return this.param.grow(rest)
      case 'static':
        return this.#growChild(segment.text).grow(rest)
    }
  }

  #growChild(text: string): TrieNode<E> {
    const code = text.charCodeAt(0)
    const bucket = this.#statics[code] ?? []
    const known = bucket.find((child) => child.text === text)
    if (known !== undefined) return known.node
    const node = new TrieNode<E>()
    this.#statics[code] = [...bucket, { text, node }]
    return node
  }
}
