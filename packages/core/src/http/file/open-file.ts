import { constants } from 'node:fs'
import { fingerprint } from '../entity-tag.ts'
import { FileDescriptor } from './file-descriptor.ts'
import { type FileStamp, isSettled, toStamp } from './file-stamp.ts'

/** A regular file that was opened for sending. */
export interface OpenedFile {
  readonly stamp: FileStamp
  /** True when a later change of the file is sure to change its stamp. */
  readonly settled: boolean
  /** The whole content where it is small, and the file closed already; else the open file, for the caller to close. */
  readonly content: Uint8Array | FileDescriptor
}

/** How `openFile` opens. */
export interface OpenFileOptions {
  /** Contents of at most so many bytes are read at once. */
  readonly inMemory: number
  /** False for a path that is resolved already: a link that took its place meanwhile is refused. */
  readonly followLink: boolean
}

// Without O_NONBLOCK, opening a named pipe would wait for its writer, and a few of them would stop all file access.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
const noFollow = constants.O_NOFOLLOW ?? 0

/** Opens a file and reads it when it is small. Rejects with Node's error, `EISDIR` for what is no regular file. */
export async function openFile(path: string, options: OpenFileOptions): Promise<OpenedFile> {
  const file = await FileDescriptor.open(path, options.followLink ? flags : flags | noFollow)
  let content: Uint8Array | FileDescriptor | undefined
  try {
    const now = Date.now()
    const stat = await file.stat()
    if (!stat.isFile()) throw Object.assign(new Error(`${path} is not a regular file`), { code: 'EISDIR' })
    const stamp = toStamp(stat)
    content = stamp.size <= options.inMemory ? await readAll(file, stamp.size) : file
    return { stamp, settled: isSettled(stamp, now), content }
  } finally {
    if (content !== file) await file.close()
  }
}

/** Reads up to `size` bytes; fewer when the file has shrunk meanwhile. */
async function readAll(file: FileDescriptor, size: number): Promise<Uint8Array> {
  // Not from Node's pool: kept contents would keep the pool's slab, and whoever gets the reply could read from it.
  const buffer = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const count = await file.read(buffer, filled, filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

/**
 * The entity tag of a file's content in one coding (RFC 9110 section 8.8.3). Content in memory is hashed, so the tag is
 * the same on every machine and after every deployment. A larger file is known by inode, size and times in nanoseconds:
 * strong, because the kernel moves the time of change with every write, except while that time is so fresh that a
 * second write could carry the same. These are hashed as well, since inodes are nobody's business.
 */
export function entityTag({ content, stamp, settled }: OpenedFile, coding = 'identity'): string {
  const suffix = coding === 'identity' ? '' : `-${coding}`
  if (content instanceof Uint8Array) return `"${fingerprint(content)}${suffix}"`
  return `${settled ? '' : 'W/'}"${fingerprint(stamp.mark)}${suffix}"`
}
