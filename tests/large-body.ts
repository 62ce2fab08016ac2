import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'

export const mebibyte = 1024 * 1024
/** How large a large body is. */
export const mebibytes = process.env.ZZZ_TEST_SIZE === 'full' ? 1024 : 64
/** A body of so many mebibytes, no two of them alike, and the digest of what was taken of it. */
export function largeBody(): { stream: Readable; digest(): string } {
  const hash = createHash('sha256')
  const pattern = Buffer.from(Array.from({ length: mebibyte }, (_, index) => (index * 31) % 251))
  async function* generate(): AsyncGenerator<Buffer> {
    for (let count = 0; count < mebibytes; count++) {
      const piece = Buffer.from(pattern)
      piece.writeUInt32LE(count, count % 1000)
      hash.update(piece)
      yield piece
    }
  }
  return { stream: Readable.from(generate(), { objectMode: false }), digest: () => hash.digest('hex') }
}

/** The most resident memory that a process ever had, in MB. */
export function peakMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1000
}
