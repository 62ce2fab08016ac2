import { randomFillSync } from 'node:crypto'

/** Gives random bytes of one length; asked for many at once, since a call to the system costs more than the bytes. */
export function createNonces(length: number): () => Uint8Array {
  const pool = new Uint8Array(length * 128)
  let next = pool.length
  return () => {
    if (next === pool.length) {
      randomFillSync(pool)
      next = 0
    }
    next += length
    return pool.subarray(next - length, next)
  }
}
