import { isUtf8 } from 'node:buffer'
import { ZzzError } from '../../errors.ts'
import type { HeaderList } from '../header-list.ts'
import { parseContentType, refuseContentCoding } from './content-type.ts'

/**
 * Text of bytes that have to be UTF-8; a byte order mark in front is dropped. Throws `ZZZ_BODY_MALFORMED` (400) when
 * they are not, saying what `what` is: `the JSON body`.
 */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  const text = toBuffer(bytes).toString()
  // Broken bytes come out as U+FFFD, so only a text that has one is looked at again.
  if (text.includes('\ufffd') && !isUtf8(bytes)) {
    throw new ZzzError('ZZZ_BODY_MALFORMED', `The bytes of ${what} are not UTF-8`)
  }
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** The charset that a text body names, if it does. Throws `ZZZ_BODY_TYPE` (415) for a compressed body. */
export function expectText(headers: HeaderList): string | undefined {
  refuseContentCoding(headers)
  return parseContentType(headers.get('content-type'))?.parameters?.get('charset')
}

/** The decoder for text that nobody promised to be right: broken bytes become U+FFFD. */
const lenient = new TextDecoder()

/**
 * Text of bytes in a charset, UTF-8 unless one is named; broken bytes become U+FFFD. Throws `ZZZ_BODY_TYPE` (415) for a
 * charset that nobody knows.
 */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  if (charset === undefined || isUtf8Name(charset)) return lenient.decode(bytes)
  let decoder: TextDecoder
  try {
    decoder = new TextDecoder(charset)
  } catch {
    throw new ZzzError('ZZZ_BODY_TYPE', `The charset ${JSON.stringify(charset)} is not known; send UTF-8`)
  }
  return decoder.decode(bytes)
}

/** True for the names of charsets whose bytes are UTF-8; US-ASCII is a part of it. */
export function isUtf8Name(charset: string): boolean {
  return /^(?:utf-?8|us-ascii)$/i.test(charset)
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
