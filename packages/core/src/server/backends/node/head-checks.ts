import { ZzzError } from '../../../errors.ts'
import { parseContentLength } from '../../../http/framing.ts'
import { isValidHost } from '../../../http/host.ts'
import type { HttpVersion } from '../../../http/request.ts'
import { isValidTarget } from '../../../http/target.ts'
import type { Limits } from '../../limits.ts'

/**
 * What of the headers decides about framing and the connection. Lines of one name are joined by commas, which is no
 * valid value where only one line may stand.
 */
export interface FramingFields {
  host: string | undefined
  connection: string | undefined
  upgrade: string | undefined
  expect: string | undefined
  length: string | undefined
  coding: string | undefined
}

/** Collects those fields; `headers` holds lower-case names and values in turn. */
export function framingFields(headers: readonly string[]): FramingFields {
  const fields: FramingFields = {
    host: undefined,
    connection: undefined,
    upgrade: undefined,
    expect: undefined,
    length: undefined,
    coding: undefined,
  }
  for (let i = 0; i < headers.length; i += 2) {
    const key = framingKey(headers[i] as string)
    if (key === undefined) continue
    const before = fields[key]
    const value = headers[i + 1] as string
    fields[key] = before === undefined ? value : `${before}, ${value}`
  }
  return fields
}

function framingKey(name: string): keyof FramingFields | undefined {
  switch (name) {
    case 'host':
    case 'connection':
    case 'upgrade':
    case 'expect':
      return name
    case 'content-length':
      return 'length'
    case 'transfer-encoding':
      return 'coding'
    default:
      return undefined
  }
}

/** Throws when the request line or the headers are beyond the limits. */
export function checkSize(
  method: string,
  target: string,
  rawHeaders: readonly string[],
  limits: Limits,
): void {
  // ` HTTP/1.1` and the space behind the method are 10 bytes.
  if (method.length + target.length + 10 > limits.requestLine) {
    throw new ZzzError('ZZZ_TARGET_TOO_LONG', `The request line is longer than ${limits.requestLine} bytes`)
  }
  if (rawHeaders.length / 2 > limits.headerCount) {
    throw new ZzzError(
      'ZZZ_HEADERS_TOO_LARGE',
      `The request has more than ${limits.headerCount} header lines`,
    )
  }
  // A colon and CRLF for each line; the blanks around a value are gone already.
  let bytes = (rawHeaders.length / 2) * 3
  for (const text of rawHeaders) bytes += text.length
  if (bytes > limits.headerBytes) {
    throw new ZzzError(
      'ZZZ_HEADERS_TOO_LARGE',
      `The request has more than ${limits.headerBytes} bytes of headers`,
    )
  }
}

/** Throws for a target in none of the forms of RFC 9112 section 3.2. */
export function checkTarget(method: string, target: string): void {
  if (!isValidTarget(method, target)) {
    throw malformed(`Request target ${JSON.stringify(target)} has no valid form`)
  }
}

/** Throws unless there is one valid `Host`, which HTTP/1.0 alone may leave out. */
export function checkHost({ host }: FramingFields, version: HttpVersion): void {
  if (host === undefined) {
    if (version === '1.0') return
    throw malformed('A request has one Host header, this one has none (RFC 9112 3.2)')
  }
  if (!isValidHost(host)) throw malformed(`Host ${JSON.stringify(host)} is not valid (RFC 9112 3.2)`)
}

/** The length that `Content-Length` gives. Throws when that is not one number. */
export function singleLength(declared: string): number {
  const length = parseContentLength(declared)
  if (length === -1) throw malformed(`Content-Length ${JSON.stringify(declared)} is not one number`)
  return length
}

/** Throws for a body that is declared longer than the limit. */
export function checkLength(length: number | undefined, limits: Limits): void {
  if (length === undefined || length <= limits.body) return
  throw new ZzzError(
    'ZZZ_BODY_TOO_LARGE',
    `A request body has at most ${limits.body} bytes, this one ${length}`,
  )
}

/** True when the client waits for `100 Continue`. Throws for any other expectation. */
export function expectsContinue({ expect }: FramingFields, version: HttpVersion): boolean {
  // A server ignores 100-continue in HTTP/1.0 (RFC 9110 section 10.1.1).
  if (expect === undefined || version === '1.0') return false
  if (expect.toLowerCase() === '100-continue') return true
  throw new ZzzError('ZZZ_EXPECTATION_FAILED', `Expectation ${JSON.stringify(expect)} is not known`)
}

export function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}
