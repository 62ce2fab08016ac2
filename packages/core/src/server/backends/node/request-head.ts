import type { IncomingMessage } from 'node:http'
import { ZzzError } from '../../../errors.ts'
import { transferCodingFault } from '../../../http/framing.ts'
import type { HttpVersion } from '../../../http/request.ts'
import type { Limits } from '../../limits.ts'
import {
  checkHost,
  checkLength,
  checkSize,
  checkTarget,
  expectsContinue,
  type FramingFields,
  framingFields,
  malformed,
  singleLength,
} from './head-checks.ts'

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

const none: readonly string[] = []

/** Checks what llhttp let through and Node leaves to the application. Throws the refusal. */
export function readHead(message: IncomingMessage, limits: Limits): RequestHead {
  const version = supportedVersion(message.httpVersion)
  const method = message.method as string
  const target = message.url as string
  checkSize(method, target, message.rawHeaders, limits)
  checkTarget(method, target)
  const headers = lowerCaseNames(message.rawHeaders)
  const fields = framingFields(headers)
  checkHost(fields, version)
  const length = bodyLength(fields, version)
  checkLength(length, limits)
  const connection = tokens(fields.connection)
  return {
    method,
    target,
    version,
    headers,
    length,
    keepAlive: method !== 'CONNECT' && persists(connection, version),
    expectsContinue: expectsContinue(fields, version),
    protocols: connection.includes('upgrade') && version === '1.1' ? tokens(fields.upgrade) : none,
  }
}

function supportedVersion(version: string): HttpVersion {
  if (version === '1.1' || version === '1.0') return version
  throw new ZzzError('ZZZ_VERSION_UNSUPPORTED', `HTTP/${version} is not spoken here; use HTTP/1.1`)
}

function lowerCaseNames(rawHeaders: readonly string[]): string[] {
  const headers: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.push((rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string)
  }
  return headers
}

/** The framing of the body; whatever is ambiguous is refused (RFC 9112 section 6.3). */
function bodyLength({ coding, length }: FramingFields, version: HttpVersion): number | undefined {
  if (coding === undefined) return length === undefined ? 0 : singleLength(length)
  if (version === '1.0') throw malformed('Transfer-Encoding came in HTTP/1.0 (RFC 9112 6.1)')
  if (length !== undefined)
    throw malformed('Both Content-Length and Transfer-Encoding are given (RFC 9112 6.3)')
  const fault = transferCodingFault(coding)
  if (fault !== undefined)
    throw new ZzzError(fault, `Transfer-Encoding ${JSON.stringify(coding)} is not chunked`)
  return undefined
}

function persists(connection: readonly string[], version: HttpVersion): boolean {
  if (connection.includes('close')) return false
  return version === '1.1' || connection.includes('keep-alive')
}

/** The members of a comma-separated list, lower case. */
function tokens(value: string | undefined): readonly string[] {
  if (value === undefined) return none
  return value.split(',').map((token) => token.trim().toLowerCase())
}
