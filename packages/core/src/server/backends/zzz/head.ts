import { ZzzError } from '../../../errors.ts'
import { isValidTarget } from '../../../http/target.ts'
import type { Limits } from '../../limits.ts'
import { diagnoseHead } from './head-fault.ts'
import { type Framing, readFraming } from './head-framing.ts'

/** A request head, RFC 9112 sections 2 to 6: what the server itself needs to know; other headers stay uncut. */
export interface Head {
  readonly method: string
  readonly target: string
  readonly version: '1.0' | '1.1'
  readonly framing: Framing
}

const SLASH = 47
const ONE = 49
const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
/** Ends at the CRLF of the line, which begins the header block. */
const requestLine = new RegExp(`${token} [\\x21\\x22\\x24-\\x7e]+ HTTP/1\\.[01](?=\\r\\n)`, 'y')
/** ` HTTP/1.1` is nine characters. */
const versionLength = 9
/** Characters of a header block, at most, that a connection keeps for comparison. */
const keptLimit = 2048

/**
 * Finds and checks the request heads of one connection in decoded text.
 *
 * The grammar is two compiled expressions, one for the line and one for all headers, so that a head is checked at native
 * speed. No two of their parts match the same character in the same place, so neither can backtrack into a second pass.
 * Clients repeat their headers from request to request: a block that equals the last one is not looked at again.
 */
export class HeadParser {
  /** After `parse`: the index behind the head. */
  end = 0
  readonly #limits: Limits
  readonly #headers: RegExp
  #last: Framing | undefined

  constructor(limits: Limits, headers: RegExp) {
    this.#limits = limits
    this.#headers = headers
  }

  /**
   * The head that begins at `start`, or undefined when the text ends before it does and nothing is wrong so far. Throws
   * the refusal (400, 414, 431, 501, 505 …) otherwise.
   */
  parse(text: string, start: number): Head | undefined {
    requestLine.lastIndex = start
    if (!requestLine.test(text)) return this.#incomplete(text, start)
    const lineEnd = requestLine.lastIndex
    if (lineEnd - start > this.#limits.requestLine) return this.#incomplete(text, start)
    const method = methodAt(text, start)
    const target = text.slice(start + method.length + 1, lineEnd - versionLength)
    const version = text.charCodeAt(lineEnd - 1) === ONE ? '1.1' : '1.0'
    const last = this.#last
    if (last !== undefined && version === '1.1' && text.startsWith(last.block, lineEnd)) {
      this.end = lineEnd + last.block.length
      return this.#checked({ method, target, version, framing: last })
    }
    const headers = this.#headers
    headers.lastIndex = lineEnd
    if (!headers.test(text) || headers.lastIndex - lineEnd > this.#limits.headerBytes + 4) {
      return this.#incomplete(text, start)
    }
    this.end = headers.lastIndex
    const framing = readFraming(text.slice(lineEnd, this.end), version)
    if (version === '1.1') this.#remember(framing, text)
    return this.#checked({ method, target, version, framing })
  }

  #incomplete(text: string, start: number): undefined {
    const fault = diagnoseHead(text, start, this.#limits)
    if (fault !== undefined) throw fault
  }

  #checked(head: Head): Head {
    const { method, target } = head
    const plain = target.charCodeAt(0) === SLASH && method !== 'CONNECT'
    if (!plain && !isValidTarget(method, target)) {
      const message = `Request target ${JSON.stringify(target)} has none of the four forms`
      throw new ZzzError('ZZZ_REQUEST_MALFORMED', message)
    }
    return head
  }

  #remember(framing: Framing, text: string): void {
    const { block } = framing
    if (block.length > keptLimit) return
    // A slice keeps the whole text it was cut from, so it is copied where that is much more than itself.
    this.#last =
      text.length > 2 * block.length
        ? { ...framing, block: Buffer.from(block, 'latin1').toString('latin1') }
        : framing
  }
}

/** The grammar of a header block with at most so many lines; one serves all connections of a listener. */
export function headerGrammar({ headerCount }: Limits): RegExp {
  const lines = Number.isFinite(headerCount) ? `{0,${headerCount}}` : '*'
  return new RegExp(`\\r\\n(?:${token}:[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n)${lines}\\r\\n`, 'y')
}

/** The common methods as the constants that look-ups know by identity; any other cut out of the text. */
function methodAt(text: string, start: number): string {
  if (text.startsWith('GET ', start)) return 'GET'
  if (text.startsWith('POST ', start)) return 'POST'
  return text.slice(start, text.indexOf(' ', start))
}
