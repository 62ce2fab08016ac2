import { deserialize, serialize } from 'node:v8'
import { ZzzError } from '../errors.ts'

/** A value as bytes, as the structured clone algorithm copies it. Throws `ZZZ_NOT_CLONABLE`, saying what it was. */
export function toBytes(value: unknown, what: string): Uint8Array {
  try {
    return serialize(value)
  } catch (cause) {
    const { message } = cause as Error
    throw new ZzzError('ZZZ_NOT_CLONABLE', `${what} cannot be sent to another process: ${message}`, { cause })
  }
}

/** The value again. */
export function fromBytes(bytes: Uint8Array): unknown {
  return deserialize(bytes)
}
