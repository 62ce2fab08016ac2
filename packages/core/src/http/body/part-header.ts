import { isUtf8 } from 'node:buffer'
import { ZzzError } from '../../errors.ts'
import { parseContentType } from './content-type.ts'

/** Bytes that the header lines of one part may have. */
const headerLimit = 8192

/** The header lines of one part: values by lower-case name, each character one byte. */
export type PartHeaders = Readonly<Record<string, readonly string[]>>

/** What the header of a part says of it. */
export interface PartHeader {
  /** The name of its field. */
  readonly field: string
  /** The name that its file has for people, cleaned by `toFilename`; undefined for a part that is no file. */
  readonly filename: string | undefined
  /** Its content type in lower case, without parameters; undefined where it says none. */
  readonly type: string | undefined
  readonly charset: string | undefined
}

/**
 * Reads the header of a part of `multipart/form-data` (RFC 7578 section 4.2). Throws `ZZZ_BODY_MALFORMED` (400) for one
 * that names no field or cannot be read, `ZZZ_BODY_TOO_LARGE` (413) beyond 8 KiB.
 */
export function readPartHeader(headers: PartHeaders): PartHeader {
  refuseLarge(headers)
  refuseTransferEncoding(headers)
  const [disposition, ...others] = headers['content-disposition'] ?? []
  if (disposition === undefined || others.length > 0) throw malformed('has not one Content-Disposition')
  const parameters = readDisposition(disposition)
  const field = parameters.get('name')
  if (field === undefined) throw malformed('has no name')
  const type = parseContentType(headers['content-type']?.[0])
  const filename = extendedValue(parameters.get('filename*')) ?? optionalText(parameters.get('filename'))
  return {
    field: toText(field),
    filename: filename === undefined ? undefined : toFilename(filename),
    type: type?.type,
    charset: type?.parameters?.get('charset'),
  }
}

function refuseLarge(headers: PartHeaders): void {
  let size = 0
  for (const name in headers) for (const value of headers[name] ?? []) size += name.length + value.length + 4
  if (size <= headerLimit) return
  throw new ZzzError(
    'ZZZ_BODY_TOO_LARGE',
    `The header of a part of the form is larger than ${headerLimit} bytes`,
  )
}

/** Forms are sent as they are (RFC 7578 section 4.7); a part that is not would be saved in an encoding nobody undoes. */
function refuseTransferEncoding(headers: PartHeaders): void {
  const encoding = headers['content-transfer-encoding']?.join().trim() ?? 'binary'
  if (!/^(?:7bit|8bit|binary)$/i.test(encoding)) throw malformed('has a Content-Transfer-Encoding')
}

/** In quotes, a backslash escapes a quote or a backslash; before anything else it is part of a path of Windows. */
const parameter =
  /;[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:\\["\\]|[^"\\]|\\(?!["\\]))*)"|([^\s";]+)))?[ \t]*/gy

function readDisposition(value: string): Map<string, string> {
  if (!/^form-data[ \t]*(?:;|$)/i.test(value)) throw malformed('is no form-data')
  const parameters = new Map<string, string>()
  parameter.lastIndex = value.indexOf(';')
  while (parameter.lastIndex !== -1 && parameter.lastIndex < value.length) {
    const match = parameter.exec(value)
    if (match === null) throw malformed('has a Content-Disposition that cannot be read')
    const [, name, quoted, token = ''] = match
    if (name === undefined) continue
    const key = name.toLowerCase()
    if (parameters.has(key)) throw malformed(`has two ${key}`)
    parameters.set(key, quoted === undefined ? token : quoted.replace(/\\(["\\])/g, '$1'))
  }
  return parameters
}

function malformed(what: string): ZzzError {
  return new ZzzError('ZZZ_BODY_MALFORMED', `A part of the form ${what}`)
}

/** What browsers write for the three characters that would end a header line or a quote (WHATWG HTML, form data). */
const written: Readonly<Record<string, string>> = { '%22': '"', '%0D': '\r', '%0A': '\n' }

/** A value as text: UTF-8, or Latin-1 from clients of another age. */
function toText(value: string): string {
  const bytes = Buffer.from(value, 'latin1')
  const text = isUtf8(bytes) ? bytes.toString() : value
  return text.replace(/%(?:22|0D|0A)/gi, (code) => written[code.toUpperCase()] as string)
}

function optionalText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : toText(value)
}

/** `UTF-8''na%C3%AFve.txt` as text (RFC 8187); undefined for what cannot be read. */
function extendedValue(value: string | undefined): string | undefined {
  const encoded = /^utf-8'[\w-]*'([^']*)$/i.exec(value ?? '')?.[1]
  try {
    return encoded && decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

/**
 * The last part of what may be a path, without control characters and without those that reverse the direction of
 * writing; empty where nothing is left, or only dots that would lead elsewhere.
 */
function toFilename(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  const visible = base.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '').toWellFormed()
  return visible === '.' || visible === '..' ? '' : visible
}
