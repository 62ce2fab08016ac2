import type { MatcherEntry } from './matcher.ts'
import { parsePattern, shapeOf } from './pattern.ts'

/** A whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number

/** Methods of requests. */
export const methods: readonly string[] = ['GET', 'GET', 'HEAD', 'POST', 'PURGE']
const patternParts = ['a', 'a', 'b', 'ab', '.x', '\u00e9', ':']
const pathParts = [
  'a',
  'a',
  'b',
  'ab',
  'abc',
  '%61',
  '.x',
  '%2ex',
  '\u00e9',
  '%C3%A9',
  'a%2Fb',
  '%252F',
  '',
  'a\\b',
]
const hostileParts = [
  '.',
  '..',
  '%2e%2E',
  '%zz',
  '%',
  '%C3',
  '%00',
  '..\\a',
  'a%2F..%2Fb',
  'b%5c..',
  'a..b',
  '...',
]

/** Numbers from a seed (mulberry32), so that a failure can be run again. */
export function createRandom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T
}

/** A table of routes, unique by method and shape. */
export function randomEntries(random: Random): MatcherEntry[] {
  const entries = Array.from({ length: 1 + random(14) }, () => {
    return { method: pick(random, [...methods, '*']), pattern: randomPattern(random) }
  })
  return [
    ...new Map(
      entries.map((entry) => [`${entry.method} ${shapeOf(parsePattern(entry.pattern))}`, entry]),
    ).values(),
  ]
}

function randomPattern(random: Random): string {
  const parts = Array.from({ length: random(5) }, (_, i) =>
    pick(random, patternParts).replace(':', `:p${random(2)}_${i}`),
  )
  if (random(5) === 0) parts.push('*rest')
  return '/' + parts.join('/')
}

/** A path that is likely to match and unlikely to be nice. */
export function randomPath(random: Random): string {
  const parts = Array.from({ length: random(6) }, () =>
    pick(random, random(12) === 0 ? hostileParts : pathParts),
  )
  return (
    pick(random, ['/', '/', '/', '/', '//', '']) + parts.join('/') + pick(random, ['', '', '', '/', '//'])
  )
}
