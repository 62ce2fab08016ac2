import { ZzzError } from '../../../errors.ts'
import { parseContentLength, transferCodingFault } from '../../../http/framing.ts'
import { isValidHost } from '../../../http/host.ts'

const TAB = 9
const SPACE = 32
const COLON = 58
const LETTER_C = 99
const LETTER_E = 101
const LETTER_H = 104
const LETTER_T = 116
const LETTER_U = 117

/** What the header lines say about the body and the connection (RFC 9112 sections 6 and 9). */
export interface Framing {
  /** The header lines as they came, from the CRLF of the request line to the empty line, both included. */
  readonly block: string
  /** Bytes of a body with a declared length; undefined without `Content-Length`. */
  contentLength: number | undefined
  chunked: boolean
  /** True when the connection must close after the reply. */
  close: boolean
  expectContinue: boolean
  /** What the client offers to upgrade to, in lower case: `Upgrade`, named in `Connection`, in HTTP/1.1. */
  upgrade: string | undefined
}

/** Reads the fields that decide about framing out of a valid block, and refuses what is ambiguous (RFC 9112 6.3). */
export function readFraming(block: string, version: '1.0' | '1.1'): Framing {
  const framing: Framing = {
    block,
    contentLength: undefined,
    chunked: false,
    close: false,
    expectContinue: false,
    upgrade: undefined,
  }
  let hosts = 0
  let connection: string | undefined
  let upgrade: string | undefined
  for (let start = 2; start < block.length - 2; ) {
    const end = block.indexOf('\r\n', start)
    // One character tells most lines apart from those that matter here; the rest stays uncut.
    switch (block.charCodeAt(start) | 32) {
      case LETTER_H:
        if (!isField(block, start, 'host:')) break
        hosts++
        checkHost(fieldValue(block, start + 5, end))
        break
      case LETTER_C:
        if (isField(block, start, 'content-length:')) {
          readContentLength(framing, fieldValue(block, start + 15, end))
        } else if (isField(block, start, 'connection:')) {
          const value = fieldValue(block, start + 11, end)
          connection = connection === undefined ? value : `${connection},${value}`
        }
        break
      case LETTER_T:
        if (!isField(block, start, 'transfer-encoding:')) break
        readTransferEncoding(framing, fieldValue(block, start + 18, end))
        break
      case LETTER_E:
        if (!isField(block, start, 'expect:')) break
        readExpect(framing, fieldValue(block, start + 7, end), version)
        break
      case LETTER_U:
        if (isField(block, start, 'upgrade:')) upgrade = fieldValue(block, start + 8, end)
    }
    start = end + 2
  }
  checkFraming(framing, hosts, version)
  readConnection(framing, connection, upgrade, version)
  return framing
}

function checkHost(value: string): void {
  if (!isValidHost(value)) throw malformed(`Host ${JSON.stringify(value)} is not valid (RFC 9112 3.2)`)
}

function checkFraming(framing: Framing, hosts: number, version: '1.0' | '1.1'): void {
  if (hosts > 1 || (hosts === 0 && version === '1.1')) {
    throw malformed(`A request has one Host header, this one has ${hosts} (RFC 9112 3.2)`)
  }
  if (framing.chunked && version === '1.0')
    throw malformed('HTTP/1.0 has no Transfer-Encoding (RFC 9112 6.1)')
  if (framing.chunked && framing.contentLength !== undefined) {
    throw malformed('Both Content-Length and Transfer-Encoding are given (RFC 9112 6.3)')
  }
}

function readContentLength(framing: Framing, value: string): void {
  if (framing.contentLength !== undefined) throw malformed('Content-Length is given more than once')
  const length = parseContentLength(value)
  if (length === -1) throw malformed(`Content-Length ${JSON.stringify(value)} is not a length`)
  framing.contentLength = length
}

function readTransferEncoding(framing: Framing, value: string): void {
  if (framing.chunked) throw malformed('Transfer-Encoding is given more than once')
  const fault = transferCodingFault(value)
  if (fault !== undefined)
    throw new ZzzError(fault, `Transfer-Encoding ${JSON.stringify(value)}: only chunked is taken`)
  framing.chunked = true
}

function readExpect(framing: Framing, value: string, version: '1.0' | '1.1'): void {
  if (value.toLowerCase() !== '100-continue') {
    throw new ZzzError('ZZZ_EXPECTATION_FAILED', `Expect: ${value} cannot be met; only 100-continue is known`)
  }
  framing.expectContinue = version === '1.1'
}

function readConnection(
  framing: Framing,
  connection: string | undefined,
  upgrade: string | undefined,
  version: '1.0' | '1.1',
): void {
  if (connection === undefined) {
    framing.close = version === '1.0'
    return
  }
  const options = connection
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
  framing.close = options.includes('close') || (version === '1.0' && !options.includes('keep-alive'))
  if (version === '1.1' && options.includes('upgrade')) framing.upgrade = upgrade?.toLowerCase()
}

/** True when the line at `start` has this name, given in lower case with its colon. */
function isField(block: string, start: number, name: string): boolean {
  const end = start + name.length
  return block.charCodeAt(end - 1) === COLON && block.slice(start, end).toLowerCase() === name
}

/** The value between two indices without the white space around it. */
function fieldValue(block: string, start: number, end: number): string {
  while (start < end && isBlank(block.charCodeAt(start))) start++
  while (end > start && isBlank(block.charCodeAt(end - 1))) end--
  return block.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}
