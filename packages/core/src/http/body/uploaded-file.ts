import { constants, copyFile, link, readFile, writeFile } from 'node:fs/promises'
import { FileDescriptor } from '../file/file-descriptor.ts'
import { Pieces } from '../pieces.ts'
import type { FilePart } from './parts.ts'
import { type TemporaryFiles, uploadRemoved } from './temporary-files.ts'
import { decodeText } from './text.ts'

/** Bytes that are read from a temporary file at once. */
const readSize = 64 * 1024

/** Where the bytes of an upload are. */
type Content = Uint8Array | { readonly path: string; readonly files: TemporaryFiles }

/**
 * A file that was uploaded: small ones are in memory, others in a temporary file that is removed when the request has
 * settled. Its name and type are what the client says, which may be anything.
 */
export class UploadedFile {
  /** The name of the field. */
  readonly field: string
  /** The file's name for people, without folders and control characters; it may be empty. Never use it as a path. */
  readonly filename: string
  /** The content type that the client says, in lower case, without parameters; else `application/octet-stream`. */
  readonly type: string
  /** In bytes. */
  readonly size: number
  readonly #content: Content

  /** @internal */
  constructor({ field, filename, type }: FilePart, size: number, content: Content) {
    this.field = field
    this.filename = filename
    this.type = type
    this.size = size
    this.#content = content
  }

  /** All bytes, in memory. Rejects with `ZZZ_UPLOAD_REMOVED` when the request has settled. */
  async bytes(): Promise<Uint8Array> {
    const content = this.#present()
    return content instanceof Uint8Array ? content : readFile(content.path)
  }

  /** All bytes as text in UTF-8; broken ones become U+FFFD. Rejects as `bytes` does. */
  async text(): Promise<string> {
    return decodeText(await this.bytes(), undefined)
  }

  /** The bytes as they are read. Throws `ZZZ_UPLOAD_REMOVED` when the request has settled. */
  stream(): ReadableStream<Uint8Array> {
    const content = this.#present()
    return ReadableStream.from(content instanceof Uint8Array ? [content] : readPieces(content.path))
  }

  /**
   * Saves the file at a path of your own making, as a file that only this user can read; without a copy where the
   * temporary folder is on the same file system. Rejects with Node's `EEXIST` when something is there already, and with
   * `ZZZ_UPLOAD_REMOVED` when the request has settled.
   *
   * ```ts
   * await file.saveTo(join(uploads, randomUUID()))
   * ```
   */
  async saveTo(path: string): Promise<void> {
    const content = this.#present()
    if (content instanceof Uint8Array) return writeFile(path, content, { flag: 'wx', mode: 0o600 })
    try {
      await link(content.path, path)
    } catch {
      // Another file system, or one without links; what is wrong with the path is wrong for a copy too.
      await copyFile(content.path, path, constants.COPYFILE_EXCL)
    }
  }

  #present(): Content {
    const content = this.#content
    if (!(content instanceof Uint8Array) && content.files.removed) throw uploadRemoved()
    return content
  }
}

async function* readPieces(path: string): AsyncGenerator<Uint8Array, void, void> {
  const file = await FileDescriptor.open(path, constants.O_RDONLY)
  try {
    for (let position = 0; ; ) {
      const piece = new Uint8Array(readSize)
      const count = await file.read(piece, 0, position)
      if (count === 0) return
      position += count
      yield piece.subarray(0, count)
    }
  } finally {
    await file.close()
  }
}

/** Where the files of one form go. */
export interface UploadStore {
  /** Bytes that may still be held in memory. */
  memory: number
  readonly files: TemporaryFiles
}

/** Reads a file to its end: into memory while there is room for it, else into a temporary file. */
export async function storeUpload(part: FilePart, store: UploadStore): Promise<UploadedFile> {
  const pieces = new Pieces()
  const content = part[Symbol.asyncIterator]()
  for (let next = await content.next(); next.done !== true; next = await content.next()) {
    pieces.push(next.value)
    if (pieces.size > store.memory) return spill(part, pieces, content, store.files)
  }
  store.memory -= pieces.size
  // A copy: a piece is a view of a buffer that may be much larger.
  return new UploadedFile(part, pieces.size, Uint8Array.from(pieces.join()))
}

async function spill(
  part: FilePart,
  pieces: Pieces,
  rest: AsyncIterator<Uint8Array>,
  files: TemporaryFiles,
): Promise<UploadedFile> {
  const { path, handle } = await files.create()
  try {
    let { size } = pieces
    for (const piece of pieces.take()) await handle.writeFile(piece)
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      size += next.value.length
      await handle.writeFile(next.value)
    }
    return new UploadedFile(part, size, { path, files })
  } finally {
    await handle.close()
  }
}
