import type { FileDescriptor } from '../../http/file/file-descriptor.ts'
import type { Representation } from '../../http/file/file-reply.ts'
import { mimeType } from '../../http/file/mime-type.ts'
import { entityTag, openFile } from '../../http/file/open-file.ts'
import { HeaderList } from '../../http/header-list.ts'
import { formatHttpDate } from '../../http/http-date.ts'
import type { KnownFile } from './known-file.ts'

/** A file in one coding, as clients see it. */
export interface Variant extends Representation {
  readonly coding: string
  readonly file: KnownFile
  /** Describes the same file in another state. */
  readonly describe: (file: KnownFile) => Variant
}

/** What clients are told besides what the file itself says. */
export interface Description {
  /** The path below the root, of the file that is not compressed. */
  readonly name: string
  readonly cacheControl: string
  /** False leaves the entity tag out. */
  readonly etag: boolean
  /** True when there is more than one variant, so that the answer depends on `Accept-Encoding`. */
  readonly negotiated: boolean
}

/** Describes a file once, so that each reply only copies a list. */
export function createVariant(file: KnownFile, description: Description): Variant {
  const { coding, stamp, content } = file
  const type = mimeType(description.name)
  const etag = description.etag ? file.etag : undefined
  const headers = HeaderList.from([
    ['content-type', type],
    ['cache-control', description.cacheControl],
  ])
  if (coding !== 'identity') headers.set('content-encoding', coding)
  if (description.negotiated) headers.set('vary', 'accept-encoding')
  if (etag !== undefined) headers.set('etag', etag)
  headers.set('last-modified', formatHttpDate(stamp.modified))
  headers.set('accept-ranges', 'bytes')
  return {
    coding,
    file,
    type,
    etag,
    size: content?.length ?? stamp.size,
    modified: stamp.modified,
    headers: headers.flat,
    describe: (other) => createVariant(other, description),
  }
}

/**
 * Opens the file of a variant whose content is not in memory, for the caller to close. When it changed since it was
 * described, the variant that comes back is that of its new state, so head and content agree.
 */
export async function openVariant(variant: Variant): Promise<{ variant: Variant; content: FileDescriptor }> {
  const { file } = variant
  const opened = await openFile(file.path, { inMemory: -1, followLink: false })
  const content = opened.content as FileDescriptor
  if (opened.stamp.mark === file.stamp.mark) return { variant, content }
  const { stamp, settled } = opened
  const etag = entityTag(opened, file.coding)
  return { variant: variant.describe({ ...file, stamp, settled, etag }), content }
}
