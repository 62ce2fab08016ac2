import { ZzzError } from '../../../errors.ts'
import type { Limits } from '../../limits.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const notVisible = /[^\x21-\x7e]|#/
const notFieldValue = /[^\t\x20-\x7e\x80-\xff]/
/** How a TLS client begins: a handshake record of version 3.x (RFC 8446 section 5.1). */
const tlsHandshake = '\x16\x03'
/** What can still become a request line's version, spoken here or not. */
const versionPrefix = /^(?:H|HT|HTT|HTTP|HTTP\/(?:\d(?:\.\d?)?)?)?$/

/**
 * Says what is wrong with text that is no whole head: the slow and exact twin of the grammar in `head.ts`. It works on
 * what is there, so a head that can no longer become valid is refused without waiting for its end. Undefined when the
 * text is the beginning of a head that may still be good.
 */
export function diagnoseHead(text: string, start: number, limits: Limits): ZzzError | undefined {
  const end = text.indexOf('\n', start)
  const line = text.slice(start, end === -1 ? undefined : end)
  const fault = requestLineFault(line, end !== -1, limits)
  if (fault !== undefined || end === -1) return fault
  return headerFault(text, end + 1, limits)
}

function requestLineFault(line: string, whole: boolean, limits: Limits): ZzzError | undefined {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  if (text.length > limits.requestLine) {
    return new ZzzError('ZZZ_TARGET_TOO_LONG', `The request line is longer than ${limits.requestLine} bytes`)
  }
  if (whole && !line.endsWith('\r')) return malformed('A line ends in a bare LF (RFC 9112 2.2)')
  if (text.startsWith(tlsHandshake)) return malformed('This looks like TLS; this port speaks plain HTTP')
  const [method = '', target, version, ...rest] = text.split(' ')
  if (method === '' ? whole || target !== undefined : !token.test(method))
    return malformed('The method is not a token')
  if (target !== undefined && notVisible.test(target)) {
    return malformed('The request target has a character that must be percent-encoded')
  }
  if (target === '' && version !== undefined)
    return malformed('There is more than one space behind the method')
  if (rest.length > 0) return malformed('The request line has more than three parts')
  return versionFault(version, whole)
}

function versionFault(version: string | undefined, whole: boolean): ZzzError | undefined {
  if (version === undefined) return whole ? malformed('The request line has no HTTP version') : undefined
  if (version === 'HTTP/1.0' || version === 'HTTP/1.1') return undefined
  if (!whole && versionPrefix.test(version)) return undefined
  if (/^HTTP\/\d\.\d$/.test(version)) {
    return new ZzzError('ZZZ_VERSION_UNSUPPORTED', `${version} is not spoken here; use HTTP/1.1`)
  }
  return malformed('The HTTP version is malformed')
}

function headerFault(text: string, start: number, limits: Limits): ZzzError | undefined {
  let count = 0
  let lineStart = start
  for (;;) {
    if (text.length - lineStart === 0) return undefined
    const end = text.indexOf('\n', lineStart)
    const whole = end !== -1
    const lineEnd = whole ? end : text.length
    // The empty line's CR stands behind the block.
    if (lineEnd - start > limits.headerBytes + 1) return tooLarge(`more than ${limits.headerBytes} bytes`)
    const line = text.slice(lineStart, lineEnd)
    if (whole && !line.endsWith('\r')) return malformed('A header line ends in a bare LF (RFC 9112 2.2)')
    const content = line.endsWith('\r') ? line.slice(0, -1) : line
    if (whole && content === '') return undefined
    if (content !== '' && ++count > limits.headerCount)
      return tooLarge(`more than ${limits.headerCount} lines`)
    const fault = headerLineFault(content, whole)
    if (fault !== undefined || !whole) return fault
    lineStart = end + 1
  }
}

/** Checks a header line, or the part of one that has arrived. */
export function headerLineFault(line: string, whole: boolean): ZzzError | undefined {
  if (line.startsWith(' ') || line.startsWith('\t'))
    return malformed('A header line is folded (RFC 9112 5.2)')
  const colon = line.indexOf(':')
  const name = colon === -1 ? line : line.slice(0, colon)
  if (colon === -1 && whole) return malformed('A header line has no colon')
  if (name === '' ? colon === 0 : !token.test(name))
    return malformed('A header name is not a token (RFC 9112 5.1)')
  if (notFieldValue.test(line)) return malformed('A header value has a control character (RFC 9110 5.5)')
  return undefined
}

function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}

function tooLarge(what: string): ZzzError {
  return new ZzzError('ZZZ_HEADERS_TOO_LARGE', `The request has ${what} of headers`)
}
