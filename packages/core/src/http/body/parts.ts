import { ZzzError } from '../../errors.ts'
import type { BodySource } from '../body-source.ts'
import type { HeaderList } from '../header-list.ts'
import { Pieces } from '../pieces.ts'
import type { FormSettings } from './body-settings.ts'
import { parseContentType, refuseContentCoding } from './content-type.ts'
import { type PartHeader, readPartHeader } from './part-header.ts'
import { splitParts } from './split-parts.ts'
import { decodeText, decodeUtf8 } from './text.ts'
import { tooManyFields } from './urlencoded.ts'

/** A field of a multipart form, read. */
export interface FieldPart {
  readonly kind: 'field'
  /** The name of the field. */
  readonly field: string
  readonly value: string
}

/**
 * A file of a multipart form while it arrives: iterate it for its bytes, or skip it by going on. Name and type are what
 * the client says, which may be anything.
 */
export interface FilePart extends AsyncIterable<Uint8Array> {
  readonly kind: 'file'
  /** The name of the field. */
  readonly field: string
  /** The file's name for people, without folders and control characters; empty where no file was chosen. No path. */
  readonly filename: string
  /** The content type that the client says, in lower case, without parameters; else `application/octet-stream`. */
  readonly type: string
}

/** One part of a multipart form. */
export type FormPart = FieldPart | FilePart

/** The boundary of a multipart form. Throws `ZZZ_BODY_TYPE` (415) for another type, `ZZZ_BODY_MALFORMED` (400) without. */
export function expectMultipart(headers: HeaderList): string {
  refuseContentCoding(headers)
  const value = headers.get('content-type')
  const parsed = parseContentType(value)
  if (parsed?.type !== 'multipart/form-data') {
    throw new ZzzError(
      'ZZZ_BODY_TYPE',
      `Expected a multipart form, got content type ${JSON.stringify(value ?? '')}`,
      {
        headers: { accept: 'multipart/form-data' },
      },
    )
  }
  const boundary = parsed.parameters?.get('boundary')
  // RFC 2046 section 5.1.1.
  if (boundary !== undefined && /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(boundary)) return boundary
  throw new ZzzError(
    'ZZZ_BODY_MALFORMED',
    'The content type of the multipart form has to name one boundary of 1 to 70 characters (RFC 2046)',
  )
}

/**
 * The parts of a multipart form, one after the other while they arrive. `bodyLimit` bounds the fields, which are read
 * into memory, together.
 */
export async function* readParts(
  source: BodySource,
  boundary: string,
  settings: FormSettings,
  bodyLimit: number,
): AsyncGenerator<FormPart, void, void> {
  let fields = 0
  let files = 0
  let left = bodyLimit
  for await (const { headers, content } of splitParts(source, boundary, settings.total)) {
    const header = readPartHeader(headers)
    if (header.filename === undefined) {
      if (++fields > settings.fields) throw tooManyFields(settings.fields)
      const bytes = await readField(content, left)
      if (bytes === undefined) throw tooMany(`fields of more than the ${bodyLimit} bytes`)
      left -= bytes.length
      yield { kind: 'field', field: header.field, value: decodeField(bytes, header) }
    } else {
      if (++files > settings.files) throw tooMany(`more than the ${settings.files} files`)
      yield toFilePart(header, limited(content, settings.fileSize))
    }
  }
}

/** The bytes of a field, undefined where there are more than `limit`. */
async function readField(content: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  const pieces = new Pieces()
  for await (const piece of content) {
    pieces.push(piece)
    if (pieces.size > limit) return undefined
  }
  return pieces.join()
}

function decodeField(bytes: Uint8Array, { charset, field }: PartHeader): string {
  return charset === undefined
    ? decodeUtf8(bytes, `the form's field ${JSON.stringify(field)}`)
    : decodeText(bytes, charset)
}

function toFilePart(header: PartHeader, content: AsyncGenerator<Uint8Array>): FilePart {
  return {
    kind: 'file',
    field: header.field,
    filename: header.filename ?? '',
    type: header.type ?? 'application/octet-stream',
    [Symbol.asyncIterator]: () => content,
  }
}

async function* limited(
  content: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array, void, void> {
  let size = 0
  for await (const piece of content) {
    size += piece.length
    if (size > limit) throw tooMany(`a file larger than the ${limit} bytes`)
    yield piece
  }
}

function tooMany(what: string): ZzzError {
  return new ZzzError('ZZZ_BODY_TOO_LARGE', `The form has ${what} that are taken here`)
}
