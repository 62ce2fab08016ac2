import { HttpError, type Reply } from '@zzz/core'

/** A fault: developers see its source and stack, everybody else an opaque 500. */
export const boom = (): Reply => {
  throw new Error('kaboom')
}

/** An answer that is an error: clients may read its message. */
export const teapot = (): Reply => {
  throw new HttpError(418, 'I am a teapot; ask the next machine for coffee')
}
