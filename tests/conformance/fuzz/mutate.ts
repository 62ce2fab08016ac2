import { fragments, requests } from './corpus.ts'
import type { Random } from './random.ts'

/** A stream of requests. */
export interface Stream {
  readonly bytes: Buffer
  /** How many requests it was made of. */
  readonly requests: number
  /** Where it is cut into packets; nowhere for every other stream. */
  readonly cuts: readonly number[]
}

type Mutation = (bytes: Buffer, random: Random) => Buffer

/** One to five requests behind each other, mutated in one to three places. */
export function mutatedStream(random: Random): Stream {
  const count = 1 + random.below(5)
  let bytes = joined(random, count)
  for (let times = random.pick([1, 1, 2, 3]); times > 0; times--)
    bytes = random.pick(mutations)(bytes, random)
  const cuts = random.below(2) === 0 ? [] : [random.below(bytes.length), random.below(bytes.length)]
  return { bytes, requests: count, cuts: cuts.sort((a, b) => a - b) }
}

const mutations: readonly Mutation[] = [
  flipBit,
  setByte,
  remove,
  duplicate,
  insertFragment,
  insertFragment,
  insertLine,
  insertLine,
  changeDigit,
  changeLineEnd,
  swapLines,
  splice,
]

function joined(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random.pick(requests)).join(''), 'latin1')
}

function flipBit(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length)
  return replaced(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8))))
}

function setByte(bytes: Buffer, random: Random): Buffer {
  return replaced(bytes, random.below(bytes.length), 1, Buffer.of(random.below(256)))
}

function remove(bytes: Buffer, random: Random): Buffer {
  return replaced(bytes, random.below(bytes.length), 1 + random.below(4), Buffer.alloc(0))
}

function duplicate(bytes: Buffer, random: Random): Buffer {
  const start = random.below(bytes.length)
  return replaced(bytes, start, 0, bytes.subarray(start, start + 1 + random.below(40)))
}

function insertFragment(bytes: Buffer, random: Random): Buffer {
  return replaced(bytes, random.below(bytes.length + 1), 0, fragment(random))
}

/** Inserts where a line begins: that is where framing is decided. */
function insertLine(bytes: Buffer, random: Random): Buffer {
  return replaced(bytes, random.pick(positions(bytes, 10)) + 1, 0, fragment(random))
}

function changeDigit(bytes: Buffer, random: Random): Buffer {
  const digits = [...bytes.keys()].filter((at) => isDigit(bytes[at] ?? 0))
  if (digits.length === 0) return bytes
  return replaced(bytes, random.pick(digits), 1, Buffer.from(String(random.below(10))))
}

function changeLineEnd(bytes: Buffer, random: Random): Buffer {
  const end = random.pick(positions(bytes, 10))
  return replaced(
    bytes,
    Math.max(0, end - 1),
    2,
    Buffer.from(random.pick(['\n', '\r', '\n\r', '\r\r\n', '\r\n ', ''])),
  )
}

function swapLines(bytes: Buffer, random: Random): Buffer {
  const lines = bytes.toString('latin1').split('\r\n')
  const at = random.below(lines.length)
  const other = random.below(lines.length)
  const kept = lines[at] as string
  lines[at] = lines[other] as string
  lines[other] = kept
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

function splice(bytes: Buffer, random: Random): Buffer {
  const other = Buffer.from(random.pick(requests), 'latin1')
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length)),
    other.subarray(random.below(other.length)),
  ])
}

function fragment(random: Random): Buffer {
  return Buffer.from(random.pick(fragments), 'latin1')
}

function replaced(bytes: Buffer, start: number, length: number, by: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(start + length)])
}

/** Where a byte occurs; -1 stands for the place before the first. */
function positions(bytes: Buffer, byte: number): number[] {
  return [-1, ...[...bytes.keys()].filter((at) => bytes[at] === byte)]
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57
}
