import type { Clock } from '../clock.ts'
import { ZzzError } from '../errors.ts'
import { describe } from '../internal/options.ts'

/** Bytes that say when a token was made and how long it holds. */
export const validityLength = 8

/** The lifetime that says: for good. */
const forever = 0xffffffff

/** Writes when a token is made and for how many seconds it holds, both as 32 bits. Throws `ZZZ_OPTION_INVALID`. */
export function writeValidity(bytes: Buffer, offset: number, maxAge: number | undefined, clock: Clock): void {
  bytes.writeUInt32BE(seconds(clock), offset)
  bytes.writeUInt32BE(maxAge === undefined ? forever : checkMaxAge(maxAge), offset + 4)
}

/** Whether a token still holds, by its own lifetime and by that of its reader. Throws `ZZZ_OPTION_INVALID`. */
export function isValid(bytes: Buffer, offset: number, maxAge: number | undefined, clock: Clock): boolean {
  const age = seconds(clock) - bytes.readUInt32BE(offset)
  const lifetime = bytes.readUInt32BE(offset + 4)
  return (lifetime === forever || age < lifetime) && (maxAge === undefined || age < checkMaxAge(maxAge))
}

function seconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000)
}

function checkMaxAge(maxAge: number): number {
  if (Number.isInteger(maxAge) && maxAge >= 0 && maxAge < forever) return maxAge
  throw new ZzzError(
    'ZZZ_OPTION_INVALID',
    `secrets: option "maxAge" has to be whole seconds below 2^32 - 1, got ${describe(maxAge)}`,
  )
}
