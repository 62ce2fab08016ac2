/** Just enough of the distinguished encoding rules of ASN.1 (ITU-T X.690) to write a certificate. */

/** A value with its tag and length. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content])
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => tlv(0x30, ...items)
export const set = (...items: readonly Uint8Array[]): Buffer => tlv(0x31, ...items)
export const octets = (...contents: readonly Uint8Array[]): Buffer => tlv(0x04, ...contents)
export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text))
export const yes: Buffer = tlv(0x01, Buffer.from([0xff]))

/** A bit string; `unused` counts the bits at its end that mean nothing. */
export const bits = (content: Uint8Array, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), content)

/** A field with the explicit tag `[number]`. */
export const explicit = (number: number, content: Uint8Array): Buffer => tlv(0xa0 + number, content)

/** A primitive value with the implicit tag `[number]`. */
export const implicit = (number: number, content: Uint8Array): Buffer => tlv(0x80 + number, content)

/** An integer that is not negative, from its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first === -1 ? Buffer.from([0]) : bytes.subarray(first)
  // A first bit that is set would make it negative.
  return tlv(0x02, ...((digits[0] as number) >= 0x80 ? [Buffer.from([0])] : []), digits)
}

/** An object identifier, `2.5.29.17`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** A point in time, to the second: UTCTime until 2049, GeneralizedTime after that (RFC 5280 section 4.1.2.5). */
export function time(date: Date): Buffer {
  const text = `${date.toISOString().replace(/\.\d+|[-:T]/g, '')}`
  return date.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text))
}

function base128(number: number): number[] {
  const groups = [number & 0x7f]
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 0x7f) | 0x80)
  return groups
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}
