import { ZzzError } from '../../../errors.ts'

/** What Node's `clientError` carries when the parser gave up. */
interface ParserError extends Error {
  readonly code?: string
  readonly reason?: string
  /** The piece of input the parser stumbled in, when Node still has it. */
  readonly rawPacket?: Buffer
}

/** A request line whose method is a token and whose version is one that we speak. */
const unknownMethod = /^(?:\r\n)*[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e]+ HTTP\/1\.[01]\r\n/
const unknownVersion = / HTTP\/[0-9]\.[0-9]\r\n/

/**
 * Puts llhttp's and node:http's errors into our words. Undefined for what is no fault in the input: a broken socket, or
 * bytes behind a request that asked to close.
 */
export function parserFault(error: ParserError): ZzzError | undefined {
  const { code = '' } = error
  const packet = error.rawPacket?.toString('latin1') ?? ''
  switch (code) {
    case 'HPE_CLOSED_CONNECTION':
      return undefined
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ZzzError('ZZZ_REQUEST_TIMEOUT', 'The request head took too long')
    case 'HPE_HEADER_OVERFLOW':
      // The parser does not say what overflowed. A packet without a line end is one endless request line.
      if (!packet.includes('\n')) return new ZzzError('ZZZ_TARGET_TOO_LONG', 'The request line is too long')
      return new ZzzError('ZZZ_HEADERS_TOO_LARGE', 'The headers or trailers are too large')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ZzzError('ZZZ_BODY_TOO_LARGE', 'The chunk extensions are too large (RFC 9112 7.1.1)')
    case 'HPE_INVALID_VERSION':
      if (unknownVersion.test(packet)) return new ZzzError('ZZZ_VERSION_UNSUPPORTED', 'Use HTTP/1.1')
      break
    case 'HPE_INVALID_METHOD':
      if (unknownMethod.test(packet))
        return new ZzzError('ZZZ_METHOD_UNKNOWN', 'node:http does not know this method')
  }
  if (!code.startsWith('HPE_')) return undefined
  return new ZzzError('ZZZ_REQUEST_MALFORMED', `The request is malformed: ${error.reason ?? error.message}`, {
    cause: error,
  })
}
