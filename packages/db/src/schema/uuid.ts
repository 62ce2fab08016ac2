import { randomFillSync } from 'node:crypto'

const bytes = Buffer.alloc(16)

/**
 * A UUID of version 7 (RFC 9562, section 5.7): the millisecond of its making, then 74 random bits. New ones sort after
 * older ones, which keeps the index of a primary key small and quick.
 */
export function uuidv7(): string {
  randomFillSync(bytes, 6)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
