import type { IncomingMessage } from 'node:http'
import { ZzzError } from '../../../errors.ts'
import { parseContentLength, transferCodingFault } from '../../../http/framing.ts'
import { HeaderList } from '../../../http/header-list.ts'
import { isValidHost } from '../../../http/host.ts'
import type { HttpVersion } from '../../../http/request.ts'
import { isValidTarget } from '../../../http/target.ts'
import type { Limits } from '../../limits.ts'

/** A request head that passed every check, RFC 9112 sections 2 to 6. */
export interface RequestHead {
  readonly method: string
  readonly target: string
  readonly version: HttpVersion
  /** Lower-case names and values in turn. */
  readonly headers: string[]
  /** Bytes of the body: 0 without one, undefined when it is chunked. */
  readonly length: number | undefined
  /** True when the client would keep the connection (RFC 9112 section 9.3). */
  readonly keepAlive: boolean
  /** True when the client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
  /** The protocols the client offers to change to, lower case. */
  readonly protocols: readonly string[]
}

/** Checks what llhttp let through and Node leaves to the application. Throws the refusal. */
export function readHead(message: IncomingMessage, limits: Limits): RequestHead {
  const version = supportedVersion(message.httpVersion)
  const method = message.method as string
  const target = message.url as string
  checkSize(method, target, message.rawHeaders, limits)
  checkTarget(method, target)
  const headers = lowerCaseNames(message.rawHeaders)
  const list = HeaderList.unchecked(headers)
  checkHost(list, version)
  const length = bodyLength(list, version)
  checkLength(length, limits)
  const connection = tokens(list.get('connection'))
  return {
    method,
    target,
    version,
    headers,
    length,
    keepAlive: method !== 'CONNECT' && persists(connection, version),
    expectsContinue: expectsContinue(list, version),
    protocols: connection.includes('upgrade') && version === '1.1' ? tokens(list.get('upgrade')) : [],
  }
}

function supportedVersion(version: string): HttpVersion {
  if (version === '1.1' || version === '1.0') return version
  throw new ZzzError('ZZZ_VERSION_UNSUPPORTED', `HTTP/${version} is not spoken here; use HTTP/1.1`)
}

/** Throws for a target in none of the forms of RFC 9112 section 3.2. */
export function checkTarget(method: string, target: string): void {
  if (!isValidTarget(method, target)) {
    throw malformed(`Request target ${JSON.stringify(target)} has no valid form`)
  }
}

/** Throws for a body that is declared longer than the limit. */
export function checkLength(length: number | undefined, limits: Limits): void {
  if (length === undefined || length <= limits.body) return
  throw new ZzzError(
    'ZZZ_BODY_TOO_LARGE',
    `A request body has at most ${limits.body} bytes, this one ${length}`,
  )
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

/** Throws unless there is one valid `Host`, which HTTP/1.0 alone may leave out. */
export function checkHost(list: HeaderList, version: HttpVersion): void {
  const hosts = list.getAll('host')
  if (hosts.length > 1 || (hosts.length === 0 && version !== '1.0')) {
    throw malformed(`A request has one Host header, this one has ${hosts.length} (RFC 9112 3.2)`)
  }
  const [host = ''] = hosts
  if (!isValidHost(host)) throw malformed(`Host ${JSON.stringify(host)} is not valid (RFC 9112 3.2)`)
}

/** The framing of the body; whatever is ambiguous is refused (RFC 9112 section 6.3). */
function bodyLength(list: HeaderList, version: HttpVersion): number | undefined {
  const lengths = list.getAll('content-length')
  const codings = list.get('transfer-encoding')
  if (codings !== undefined) {
    if (version === '1.0') throw malformed('Transfer-Encoding came in HTTP/1.0 (RFC 9112 6.1)')
    if (lengths.length > 0)
      throw malformed('Both Content-Length and Transfer-Encoding are given (RFC 9112 6.3)')
    const fault = transferCodingFault(codings)
    if (fault !== undefined)
      throw new ZzzError(fault, `Transfer-Encoding ${JSON.stringify(codings)} is not chunked`)
    return undefined
  }
  if (lengths.length === 0) return 0
  return singleLength(lengths)
}

/** The one length that `Content-Length` lines give; throws when it is not one. */
export function singleLength(lengths: readonly string[]): number {
  const length = lengths.length === 1 ? parseContentLength(lengths[0] as string) : -1
  if (length === -1) throw malformed(`Content-Length ${JSON.stringify(lengths.join(', '))} is not one number`)
  return length
}

function persists(connection: readonly string[], version: HttpVersion): boolean {
  if (connection.includes('close')) return false
  return version === '1.1' || connection.includes('keep-alive')
}

/** True when the client waits for `100 Continue`. Throws for any other expectation. */
export function expectsContinue(list: HeaderList, version: HttpVersion): boolean {
  const expect = list.get('expect')
  // A server ignores 100-continue in HTTP/1.0 (RFC 9110 section 10.1.1).
  if (expect === undefined || version === '1.0') return false
  if (expect.toLowerCase() === '100-continue') return true
  throw new ZzzError('ZZZ_EXPECTATION_FAILED', `Expectation ${JSON.stringify(expect)} is not known`)
}

/** The members of a comma-separated list, lower case. */
function tokens(value: string | undefined): readonly string[] {
  if (value === undefined) return []
  return value.split(',').map((token) => token.trim().toLowerCase())
}

function lowerCaseNames(rawHeaders: readonly string[]): string[] {
  return rawHeaders.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text))
}

export function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}
