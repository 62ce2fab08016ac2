import { ZzzError } from '../../../errors.ts'
import { parseContentLength, transferCodingFault } from '../../../http/framing.ts'
import { isValidHost } from '../../../http/host.ts'
import { isValidTarget } from '../../../http/target.ts'
import type { Limits } from '../../limits.ts'
import { diagnoseHead } from './head-fault.ts'

/** A request head, RFC 9112 sections 2 to 6: everything the server itself needs to know; the rest stays in `headers`. */
export interface Head {
  readonly method: string
  readonly target: string
  readonly version: '1.0' | '1.1'
  /** The header lines as they came: CRLF, then each line ended by CRLF. Cut by `Request.headers` when asked for. */
  readonly headers: string
  /** Bytes of a body with a declared length; undefined without `Content-Length`. */
  contentLength: number | undefined
  chunked: boolean
  /** True when the connection must close after the reply. */
  close: boolean
  expectContinue: boolean
  /** What the client offers to upgrade to, in lower case: `Upgrade`, named in `Connection`, in HTTP/1.1; else undefined. */
  upgrade: string | undefined
}

const SLASH = 47
const LETTER_C = 99
const LETTER_E = 101
const LETTER_H = 104
const LETTER_T = 116
const LETTER_U = 117

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
/** Finds and checks request heads in decoded text. One serves all connections of a listener. */
export class HeadParser {
  /** After `parse`: the index behind the head. */
  end = 0
  readonly #limits: Limits
  readonly #grammar: RegExp
  #validHost = ''

  constructor(limits: Limits) {
    this.#limits = limits
    const lines = Number.isFinite(limits.headerCount) ? `{0,${limits.headerCount}}` : '*'
    // The whole grammar of a head as one compiled expression: it is checked in one pass at native speed. No two of its
    // parts can match the same character in the same place, so it cannot backtrack into more than one pass.
    this.#grammar = new RegExp(
      `${token} [\\x21\\x22\\x24-\\x7e]+ HTTP/1\\.[01]\\r\\n(?:${token}:[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n)${lines}\\r\\n`,
      'y',
    )
  }

  /**
   * The head that begins at `start`, or undefined when the text ends before it does and nothing is wrong so far. Throws
   * the refusal (400, 414, 431, 501, 505 …) otherwise.
   */
  parse(text: string, start: number): Head | undefined {
    const grammar = this.#grammar
    grammar.lastIndex = start
    if (!grammar.test(text)) {
      const fault = diagnoseHead(text, start, this.#limits)
      if (fault !== undefined) throw fault
      return undefined
    }
    this.end = grammar.lastIndex
    return this.#read(text, start, this.end)
  }

  #read(text: string, start: number, end: number): Head {
    const { requestLine, headerBytes } = this.#limits
    const lineEnd = text.indexOf('\r\n', start)
    const method = methodAt(text, start)
    const methodEnd = start + method.length
    // ` HTTP/1.x` is nine characters.
    const targetEnd = lineEnd - 9
    if (lineEnd - start > requestLine || end - lineEnd > headerBytes + 4) {
      throw diagnoseHead(text, start, this.#limits) as ZzzError
    }
    const head: Head = {
      method,
      target: text.slice(methodEnd + 1, targetEnd),
      version: text.charCodeAt(lineEnd - 1) === 49 ? '1.1' : '1.0',
      headers: text.slice(lineEnd, end - 2),
      contentLength: undefined,
      chunked: false,
      close: false,
      expectContinue: false,
      upgrade: undefined,
    }
    const plain = head.target.charCodeAt(0) === SLASH && method !== 'CONNECT'
    if (!plain && !isValidTarget(method, head.target)) {
      throw malformed(`Request target ${JSON.stringify(head.target)} has none of the four forms`)
    }
    this.#readFraming(head)
    return head
  }

  /** Reads the fields that decide about framing, and refuses what is ambiguous (RFC 9112 section 6.3). */
  #readFraming(head: Head): void {
    const { headers } = head
    let hosts = 0
    let connection: string | undefined
    let upgrade: string | undefined
    for (let start = 2; start < headers.length; ) {
      const end = headers.indexOf('\r\n', start)
      // One character tells most lines apart from those that matter here; the rest stays uncut.
      switch (headers.charCodeAt(start) | 32) {
        case LETTER_H:
          if (!isField(headers, start, 'host:')) break
          hosts++
          this.#checkHost(fieldValue(headers, start + 5, end))
          break
        case LETTER_C:
          if (isField(headers, start, 'content-length:'))
            readContentLength(head, fieldValue(headers, start + 15, end))
          else if (isField(headers, start, 'connection:')) {
            const value = fieldValue(headers, start + 11, end)
            connection = connection === undefined ? value : `${connection},${value}`
          }
          break
        case LETTER_T:
          if (isField(headers, start, 'transfer-encoding:'))
            readTransferEncoding(head, fieldValue(headers, start + 18, end))
          break
        case LETTER_E:
          if (isField(headers, start, 'expect:')) readExpect(head, fieldValue(headers, start + 7, end))
          break
        case LETTER_U:
          if (isField(headers, start, 'upgrade:')) upgrade = fieldValue(headers, start + 8, end)
      }
      start = end + 2
    }
    if (hosts > 1 || (hosts === 0 && head.version === '1.1')) {
      throw malformed(`A request has one Host header, this one has ${hosts} (RFC 9112 3.2)`)
    }
    if (head.chunked && head.version === '1.0')
      throw malformed('HTTP/1.0 has no Transfer-Encoding (RFC 9112 6.1)')
    if (head.chunked && head.contentLength !== undefined) {
      throw malformed('Both Content-Length and Transfer-Encoding are given (RFC 9112 6.3)')
    }
    if (connection !== undefined || head.version === '1.0') readConnection(head, connection, upgrade)
    if (head.method === 'CONNECT') head.close = true
  }

  #checkHost(value: string): void {
    if (value === this.#validHost) return
    if (!isValidHost(value)) throw malformed(`Host ${JSON.stringify(value)} is not valid (RFC 9112 3.2)`)
    // Nearly every request of a server names the same host. A copy, since a slice would keep the whole head alive.
    this.#validHost = Buffer.from(value).toString()
  }
}

function readContentLength(head: Head, value: string): void {
  if (head.contentLength !== undefined) throw malformed('Content-Length is given more than once')
  const length = parseContentLength(value)
  if (length === -1) throw malformed(`Content-Length ${JSON.stringify(value)} is not a length`)
  head.contentLength = length
}

function readTransferEncoding(head: Head, value: string): void {
  if (head.chunked) throw malformed('Transfer-Encoding is given more than once')
  const fault = transferCodingFault(value)
  if (fault !== undefined)
    throw new ZzzError(fault, `Transfer-Encoding ${JSON.stringify(value)}: only chunked is taken`)
  head.chunked = true
}

function readExpect(head: Head, value: string): void {
  if (value.toLowerCase() !== '100-continue') {
    throw new ZzzError('ZZZ_EXPECTATION_FAILED', `Expect: ${value} cannot be met; only 100-continue is known`)
  }
  head.expectContinue = head.version === '1.1'
}

function readConnection(head: Head, connection: string | undefined, upgrade: string | undefined): void {
  const options = (connection ?? '')
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
  head.close = options.includes('close') || (head.version === '1.0' && !options.includes('keep-alive'))
  if (head.version === '1.1' && options.includes('upgrade')) head.upgrade = upgrade?.toLowerCase()
}

function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}

/** The common methods as the constants that look-ups know by identity; any other cut out of the text. */
function methodAt(text: string, start: number): string {
  if (text.startsWith('GET ', start)) return 'GET'
  if (text.startsWith('POST ', start)) return 'POST'
  return text.slice(start, text.indexOf(' ', start))
}

/** True when the line at `start` has this name, given in lower case with its colon. */
function isField(headers: string, start: number, name: string): boolean {
  const end = start + name.length
  return headers.charCodeAt(end - 1) === 58 && headers.slice(start, end).toLowerCase() === name
}

/** The value between two indices without the white space around it. */
function fieldValue(headers: string, start: number, end: number): string {
  while (isBlank(headers.charCodeAt(start))) start++
  while (end > start && isBlank(headers.charCodeAt(end - 1))) end--
  return headers.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}
