import { stat } from 'node:fs/promises'
import { locateFile } from '../../http/file/file-path.ts'
import { type FileStamp, toStamp } from '../../http/file/file-stamp.ts'
import { isMissing } from '../../http/file/missing-file.ts'
import { entityTag, openFile } from '../../http/file/open-file.ts'

/** A regular file below the root, as it was when it was looked at. */
export interface KnownFile {
  /** Where it really is. */
  readonly path: string
  /** The content coding it is stored in; `identity` for none. */
  readonly coding: string
  readonly stamp: FileStamp
  /** True when a later change of the file is sure to change its stamp. */
  readonly settled: boolean
  readonly etag: string
  /** The whole content, where it is small enough to be kept. */
  readonly content: Uint8Array | undefined
}

/** Where to look, and how much to keep. */
export interface FindFileOptions {
  readonly root: string
  /** Contents of at most so many bytes are read; -1 for none. */
  readonly inMemory: number
}

/**
 * The file at a safe path below the root; `folder` for a folder, undefined for anything else. One of `known` is given
 * back when it is the same file in the same state.
 */
export async function findFile(
  name: string,
  coding: string,
  known: readonly KnownFile[],
  { root, inMemory }: FindFileOptions,
): Promise<KnownFile | 'folder' | undefined> {
  const path = await locateFile(root, name)
  if (path === undefined) return undefined
  try {
    const stats = await stat(path, { bigint: true })
    if (stats.isDirectory()) return 'folder'
    const { mark } = toStamp(stats)
    const same = known.find((one) => one.path === path && one.coding === coding && one.stamp.mark === mark)
    // What was read within a step of the file system's clock after a change may have changed again unseen.
    return same?.settled === true ? same : await readFile(path, coding, inMemory)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function readFile(path: string, coding: string, inMemory: number): Promise<KnownFile> {
  const opened = await openFile(path, { inMemory, followLink: false })
  const { content, stamp, settled } = opened
  const inHand = content instanceof Uint8Array
  if (!inHand) await content.close()
  return {
    path,
    coding,
    stamp,
    settled,
    etag: entityTag(opened, coding),
    content: inHand ? content : undefined,
  }
}
