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
  /** True when the client offers to leave HTTP: `Upgrade`, named in `Connection`, in HTTP/1.1. */
  upgrade: boolean
}

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
/** The fields that decide about framing and the connection; everything else is the application's. */
const framingField = /\r\n(?:host|content-length|transfer-encoding|connection|expect|upgrade):[\t ]*/gi

/** Finds and checks request heads in decoded text. One serves all connections of a listener. */
export class HeadParser {
  /** After `parse`: the index behind the head. */
  end = 0
  readonly #limits: Limits
  readonly #grammar: RegExp

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
    const methodEnd = text.indexOf(' ', start)
    // ` HTTP/1.x` is nine characters.
    const targetEnd = lineEnd - 9
    if (lineEnd - start > requestLine || end - lineEnd > headerBytes + 4) {
      throw diagnoseHead(text, start, this.#limits) as ZzzError
    }
    const head: Head = {
      method: text.slice(start, methodEnd),
      target: text.slice(methodEnd + 1, targetEnd),
      version: text.charCodeAt(lineEnd - 1) === 49 ? '1.1' : '1.0',
      headers: text.slice(lineEnd, end - 2),
      contentLength: undefined,
      chunked: false,
      close: false,
      expectContinue: false,
      upgrade: false,
    }
    const plain = head.target.charCodeAt(0) === 47 && head.method !== 'CONNECT'
    if (!plain && !isValidTarget(head.method, head.target)) {
      throw malformed(`Request target ${JSON.stringify(head.target)} has none of the four forms`)
    }
    readFraming(head)
    return head
  }
}

/** Reads the fields that decide about framing, and refuses what is ambiguous (RFC 9112 section 6.3). */
function readFraming(head: Head): void {
  const { headers } = head
  let hosts = 0
  let connection: string | undefined
  let upgrade = false
  framingField.lastIndex = 0
  while (framingField.test(headers)) {
    const start = framingField.lastIndex
    const colon = headers.lastIndexOf(':', start - 1)
    const value = headers.slice(start, headers.indexOf('\r\n', start)).trimEnd()
    // The names differ in length, so the length tells them apart.
    switch (colon - headers.lastIndexOf('\n', colon) - 1) {
      case 4:
        hosts++
        if (!isValidHost(value)) throw malformed(`Host ${JSON.stringify(value)} is not valid (RFC 9112 3.2)`)
        break
      case 14:
        readContentLength(head, value)
        break
      case 17:
        readTransferEncoding(head, value)
        break
      case 10:
        connection = connection === undefined ? value : `${connection},${value}`
        break
      case 6:
        readExpect(head, value)
        break
      default:
        upgrade = value !== ''
    }
  }
  if (hosts > 1 || (hosts === 0 && head.version === '1.1')) {
    throw malformed(`A request has one Host header, this one has ${hosts} (RFC 9112 3.2)`)
  }
  if (head.chunked && head.contentLength !== undefined) {
    throw malformed('Both Content-Length and Transfer-Encoding are given (RFC 9112 6.3)')
  }
  readConnection(head, connection, upgrade)
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

function readConnection(head: Head, connection: string | undefined, upgrade: boolean): void {
  const options =
    connection === undefined
      ? []
      : connection
          .toLowerCase()
          .split(',')
          .map((option) => option.trim())
  head.close =
    options.includes('close') ||
    // A chunked body in HTTP/1.0 is read, but whoever stands between may have framed it otherwise (RFC 9112 6.1).
    (head.version === '1.0' && (head.chunked || !options.includes('keep-alive')))
  head.upgrade = upgrade && head.version === '1.1' && options.includes('upgrade')
}

function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}
