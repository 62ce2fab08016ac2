import type { BigIntStats } from 'node:fs'

/** What the file system knows of one state of a file's content. */
export interface FileStamp {
  readonly size: number
  /** Last change of the content, in milliseconds since the epoch. */
  readonly modified: number
  /** Device, inode, size, and the times of the last change of content and of anything, in nanoseconds. */
  readonly mark: string
  /** The time of the last change of anything, in nanoseconds; unlike the other one, no program can set it. */
  readonly changed: bigint
}

/** File systems note times in steps: Linux in those of its clock, at most 10 ms; some know whole seconds, or two. */
const clockStep = 20
const coarseStep = 2000

/** Reads the stamp of what `stat` says. */
export function toStamp(stat: BigIntStats): FileStamp {
  const { dev, ino, size, mtimeNs, ctimeNs } = stat
  return {
    size: Number(size),
    modified: Number(mtimeNs / 1_000_000n),
    mark: [dev, ino, size, mtimeNs, ctimeNs].map((part) => part.toString(36)).join('-'),
    changed: ctimeNs,
  }
}

/**
 * True when every change that comes after `now` (milliseconds since the epoch) will change the stamp. A file that
 * changed a moment ago may change again within the same step of the file system's clock and look the same.
 */
export function isSettled({ changed }: FileStamp, now: number): boolean {
  const step = changed % 1_000_000_000n === 0n ? coarseStep : clockStep
  return now - Number(changed / 1_000_000n) > step
}
