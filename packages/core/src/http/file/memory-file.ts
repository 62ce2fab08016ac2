import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { codingNegotiator } from '../content-coding.ts'
import { fingerprint } from '../entity-tag.ts'
import { HeaderList } from '../header-list.ts'
import type { Reply } from '../reply.ts'
import type { Request } from '../request.ts'
import { fileReply, type Representation, selectParts } from './file-reply.ts'

/** A file that the framework itself sends to browsers: whole, in memory, the same as long as the process lives. */
export interface MemoryFile {
  /** Stands for the content, in its entity tag and in the addresses that name just this content. */
  readonly fingerprint: string
  /**
   * The reply to GET and HEAD, in the smallest form that the client takes; conditions and ranges are answered. Rejects with
   * `ZZZ_PRECONDITION_FAILED` and `ZZZ_RANGE_UNSATISFIABLE`.
   */
  reply(request: Request, cacheControl: string): Promise<Reply>
}

const encoders: Readonly<Record<Coding, (content: Uint8Array) => Promise<Uint8Array>>> = {
  br: promisify<Uint8Array, Uint8Array>(brotliCompress),
  gzip: promisify<Uint8Array, Uint8Array>(gzip),
}
type Coding = 'br' | 'gzip'
const negotiate = codingNegotiator(Object.keys(encoders))

/** Makes a file of its content. Each coding is made once, when the first client asks for it. */
export function createMemoryFile(content: Uint8Array, type: string): MemoryFile {
  const tag = fingerprint(content)
  const encoded = new Map<Coding, Promise<Uint8Array>>()
  const inCoding = (coding: Coding): Promise<Uint8Array> => {
    const made = encoded.get(coding) ?? encoders[coding](content)
    encoded.set(coding, made)
    return made
  }
  return {
    fingerprint: tag,
    async reply(request, cacheControl) {
      const [coding = 'identity'] = negotiate(request.headers.get('accept-encoding'))
      const bytes = isCoding(coding) ? await inCoding(coding) : content
      const file = represent(bytes, { type, tag, coding, cacheControl })
      return fileReply(request, file, selectParts(request, file), bytes)
    },
  }
}

function isCoding(name: string): name is Coding {
  return Object.hasOwn(encoders, name)
}

interface Description {
  readonly type: string
  readonly tag: string
  readonly coding: string
  readonly cacheControl: string
}

function represent({ length }: Uint8Array, { type, tag, coding, cacheControl }: Description): Representation {
  const plain = coding === 'identity'
  const etag = plain ? `"${tag}"` : `"${tag}-${coding}"`
  const headers = HeaderList.from([
    ['content-type', type],
    ['cache-control', cacheControl],
    ['vary', 'accept-encoding'],
    ['etag', etag],
    ['accept-ranges', 'bytes'],
  ])
  if (!plain) headers.set('content-encoding', coding)
  // No date of its own: a client that goes by dates gets the whole file.
  return { size: length, type, etag, modified: Number.POSITIVE_INFINITY, headers: headers.flat }
}
