import { ZzzError } from '../../../errors.ts'
import type { Limits } from '../../limits.ts'
import type { BodyDecoder, BodySink } from './body-decoder.ts'
import { headerLineFault } from './head-fault.ts'

const TAB = 9
const CR = 13
const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92
const DELETE = 127
const LF = 10
const SEMICOLON = 59
/** Bytes of chunk extensions in a whole body: they mean nothing to us, so they get little room. */
const extensionLimit = 16 * 1024

type State = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailer'

/** Decodes a chunked body, RFC 9112 section 7.1, split over reads in any way. Strict: every deviation is refused. */
export class ChunkedDecoder implements BodyDecoder {
  done = false
  readonly #sink: BodySink
  readonly #limits: Limits
  #state: State = 'size'
  /** Of the size line or the current chunk: the value read so far, then the bytes left. */
  #size = 0
  #digits = 0
  #extensionBytes = 0
  #quoted = false
  #escaped = false
  #total = 0
  #trailer = ''
  #trailerBytes = 0
  #trailerCount = 0

  constructor(sink: BodySink, limits: Limits) {
    this.#sink = sink
    this.#limits = limits
  }

  decode(bytes: Buffer, start: number): number {
    let position = start
    while (position < bytes.length && !this.done) {
      if (this.#state === 'data') position = this.#data(bytes, position)
      else this.#byte(bytes[position++] as number)
    }
    return position
  }

  #data(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#size)
    this.#sink.push(bytes.subarray(start, end))
    this.#size -= end - start
    if (this.#size === 0) this.#state = 'data-cr'
    return end
  }

  #byte(byte: number): void {
    switch (this.#state) {
      case 'size':
        return this.#sizeByte(byte)
      case 'extension':
        return this.#extensionByte(byte)
      case 'size-lf':
        this.#expect(byte, LF)
        return this.#startChunk()
      case 'data-cr':
        this.#expect(byte, CR)
        this.#state = 'data-lf'
        return
      case 'data-lf':
        this.#expect(byte, LF)
        return this.#startSize()
      default:
        return this.#trailerByte(byte)
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexValue(byte)
    if (digit !== -1) {
      // Thirteen digits stay below 2^52, so the size is always exact.
      if (++this.#digits > 13) throw malformed('A chunk size has too many digits')
      this.#size = this.#size * 16 + digit
      return
    }
    if (this.#digits === 0) throw malformed('A chunk size is not a hexadecimal number')
    if (byte === CR) this.#state = 'size-lf'
    else if (byte === SEMICOLON) this.#state = 'extension'
    else throw malformed('A chunk size is followed by something else than CRLF or ;')
  }

  #extensionByte(byte: number): void {
    if (++this.#extensionBytes > extensionLimit) throw malformed('The chunk extensions are too long')
    if (byte === CR && !this.#quoted) {
      this.#state = 'size-lf'
      return
    }
    if (byte !== TAB && (byte < SPACE || byte === DELETE))
      throw malformed('A chunk extension has a control character')
    // A line end inside quotes is where parsers disagree about where the chunk begins.
    if (byte === QUOTE && !this.#escaped) this.#quoted = !this.#quoted
    this.#escaped = this.#quoted && byte === BACKSLASH && !this.#escaped
  }

  #startSize(): void {
    this.#state = 'size'
    this.#size = 0
    this.#digits = 0
  }

  #startChunk(): void {
    this.#total += this.#size
    if (this.#total > this.#limits.body) throw bodyTooLarge(this.#limits.body)
    this.#state = this.#size === 0 ? 'trailer' : 'data'
  }

  /** Trailers are checked and dropped: merging them into the headers is how they become dangerous (RFC 9112 7.1.2). */
  #trailerByte(byte: number): void {
    if (++this.#trailerBytes > this.#limits.headerBytes) throw trailersTooLarge()
    if (byte !== LF) {
      this.#trailer += String.fromCharCode(byte)
      return
    }
    if (!this.#trailer.endsWith('\r')) throw malformed('A trailer line ends in a bare LF')
    const line = this.#trailer.slice(0, -1)
    this.#trailer = ''
    if (line === '') {
      this.done = true
      this.#sink.end()
      return
    }
    if (++this.#trailerCount > this.#limits.headerCount) throw trailersTooLarge()
    const fault = headerLineFault(line, true)
    if (fault !== undefined) throw malformed(`Trailers: ${fault.message}`)
  }

  #expect(byte: number, wanted: number): void {
    if (byte !== wanted) throw malformed('A chunk does not end in CRLF')
  }
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

function malformed(message: string): ZzzError {
  return new ZzzError('ZZZ_REQUEST_MALFORMED', message)
}

function trailersTooLarge(): ZzzError {
  return new ZzzError(
    'ZZZ_HEADERS_TOO_LARGE',
    'The trailers of the body are larger than the limits for headers',
  )
}

/** The refusal of a body beyond the server's hard limit. */
export function bodyTooLarge(limit: number): ZzzError {
  return new ZzzError(
    'ZZZ_BODY_TOO_LARGE',
    `The request body is larger than the ${limit} bytes this server takes`,
  )
}
