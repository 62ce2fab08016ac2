import { randomUUID } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ZzzError } from '../../errors.ts'
import { reportError } from '../../internal/report.ts'

/** Every temporary file of this process that is there. */
const present = new Set<string>()
let watching = false

function watchExit(): void {
  if (!watching) process.once('exit', removeAtExit)
  watching = true
}

/** Removes what is left when the process ends without its requests having settled. */
function removeAtExit(): void {
  for (const path of present) {
    try {
      unlinkSync(path)
    } catch {
      // It is gone, or never was.
    }
  }
}

/** A temporary file that is open for writing. */
export interface TemporaryFile {
  readonly path: string
  readonly handle: FileHandle
}

/** The temporary files of one request, removed together. */
export class TemporaryFiles {
  readonly #directory: string
  readonly #paths: string[] = []
  #removed = false

  constructor(directory: string) {
    this.#directory = directory
  }

  /** True once they were removed. */
  get removed(): boolean {
    return this.#removed
  }

  /**
   * Makes a file that only this user can read, under a name that nobody can guess. The caller closes it. Rejects with
   * `ZZZ_UPLOAD_REMOVED` once they were removed.
   */
  async create(): Promise<TemporaryFile> {
    const path = join(this.#directory, `zzz-upload-${randomUUID()}`)
    watchExit()
    present.add(path)
    const handle = await this.#open(path)
    if (!this.#removed) {
      this.#paths.push(path)
      return { path, handle }
    }
    await handle.close()
    await removeFile(path)
    throw uploadRemoved()
  }

  async #open(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'wx', 0o600)
    } catch (error) {
      present.delete(path)
      throw error
    }
  }

  /** Removes all of them. Never rejects; a file that cannot be removed becomes a warning. */
  async remove(): Promise<void> {
    this.#removed = true
    await Promise.all(this.#paths.splice(0).map(removeFile))
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
    present.delete(path)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') present.delete(path)
    else reportError(error, 'A temporary file could not be removed')
  }
}

/** The error of an upload that is used after its request has settled. */
export function uploadRemoved(): ZzzError {
  return new ZzzError(
    'ZZZ_UPLOAD_REMOVED',
    'The temporary file of this upload was removed when its request had settled. Read or save it before replying',
  )
}
