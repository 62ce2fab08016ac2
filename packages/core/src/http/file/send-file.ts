import { basename, isAbsolute, resolve } from 'node:path'
import { ZzzError } from '../../errors.ts'
import { flagRule, isObject, isText } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { HeaderList } from '../header-list.ts'
import { formatHttpDate } from '../http-date.ts'
import type { Reply } from '../reply.ts'
import type { Request } from '../request.ts'
import { attachment } from './content-disposition.ts'
import type { FileDescriptor } from './file-descriptor.ts'
import { isSafePath, locateFile } from './file-path.ts'
import { fileReply, type Representation, selectParts } from './file-reply.ts'
import { mimeType } from './mime-type.ts'
import { isMissing } from './missing-file.ts'
import { entityTag, type OpenedFile, openFile } from './open-file.ts'

/** Options of `ctx.sendFile`. */
export interface SendFileOptions {
  /**
   * The folder that the path must stay in; the path is relative to it then. A path with any part that comes from a
   * client is safe only with a root. Default: none, and the path is absolute and trusted.
   */
  root?: string | undefined
  /** The content type. Default: by the extension; text is said to be UTF-8. */
  type?: string | undefined
  /** Makes the browser save the file: under its own name (true), or under this one. Default false. */
  download?: boolean | string | undefined
  /** Default 200. Conditions and ranges are answered only with 200. */
  status?: number | undefined
  /** Value of `Cache-Control`. Default: no such header. */
  cacheControl?: string | undefined
  /** Send an entity tag. Default true. */
  etag?: boolean | undefined
  /** Further headers, which take the place of those above. Default: none. */
  headers?: Readonly<Record<string, string>> | undefined
}

const optionRules: OptionRules<SendFileOptions> = {
  root: ['the path of a folder', isText],
  type: ['a content type', isText],
  download: ['true, false or a file name', (value) => typeof value === 'boolean' || isText(value)],
  status: ['a status', Number.isInteger],
  cacheControl: ['the text of a Cache-Control header', isText],
  etag: flagRule,
  headers: ['an object of texts by header name', isObject],
}

/** Larger files are not held in memory for each client, but read as it takes them. */
const inMemory = 64 * 1024

/**
 * Makes the reply that carries a file. Throws `ZZZ_NOT_FOUND` when there is no such regular file, or the path is not
 * safe below its root; `ZZZ_PRECONDITION_FAILED`, `ZZZ_RANGE_UNSATISFIABLE`; `ZZZ_FILE_PATH` for a relative path without
 * a root; `ZZZ_OPTION_INVALID`.
 */
export async function sendFile(
  request: Request,
  path: string,
  options: SendFileOptions = {},
): Promise<Reply> {
  checkOptions('ctx.sendFile', options, optionRules)
  const opened = await openBelow(request, path, options.root)
  const { content } = opened
  let given: Uint8Array | FileDescriptor | undefined
  try {
    const file = describe(path, opened, options)
    const status = options.status ?? 200
    const selection = status === 200 ? selectParts(request, file) : 'whole'
    const needed = selection !== 'not-modified' && request.method !== 'HEAD'
    const reply = fileReply(request, file, selection, needed ? content : undefined)
    if (status !== 200) reply.status(status)
    given = needed ? content : undefined
    return reply
  } finally {
    if (!(content instanceof Uint8Array) && given !== content) await content.close()
  }
}

async function openBelow(request: Request, path: string, root: string | undefined): Promise<OpenedFile> {
  try {
    const place = root === undefined ? trusted(path) : await locate(root, path)
    if (place === undefined) throw notFound(request)
    return await openFile(place, { inMemory, followLink: root === undefined })
  } catch (cause) {
    throw isMissing(cause) ? notFound(request, cause) : cause
  }
}

function trusted(path: string): string {
  if (isAbsolute(path)) return path
  throw new ZzzError(
    'ZZZ_FILE_PATH',
    `ctx.sendFile: ${JSON.stringify(path)} is relative, so it needs a root; without one the path has to be absolute`,
  )
}

async function locate(root: string, path: string): Promise<string | undefined> {
  return isSafePath(path, false) ? locateFile(resolve(root), path) : undefined
}

function describe(path: string, opened: OpenedFile, options: SendFileOptions): Representation {
  const { stamp, content } = opened
  const size = content instanceof Uint8Array ? content.length : stamp.size
  const type = options.type ?? mimeType(path)
  const headers = new HeaderList()
  headers.set('content-type', type)
  if (options.cacheControl !== undefined) headers.set('cache-control', options.cacheControl)
  if (options.etag !== false) headers.set('etag', entityTag(opened))
  headers.set('last-modified', formatHttpDate(stamp.modified))
  headers.set('accept-ranges', 'bytes')
  const { download = false } = options
  if (download !== false) {
    headers.set('content-disposition', attachment(download === true ? basename(path) : download))
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)
  return { size, type, etag: headers.get('etag'), modified: stamp.modified, headers: headers.flat }
}

function notFound(request: Request, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_NOT_FOUND', `There is nothing at ${request.path}`, { cause })
}
