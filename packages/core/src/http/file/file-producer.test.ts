import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { BodyProducer } from '../body-producer.ts'
import { fileProducer } from './file-producer.ts'
import { fileRange } from './file-range.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-producer-'))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'file')
const content = Buffer.from(Array.from({ length: 700_000 }, (_, index) => index % 251))
writeFileSync(path, content)

/** Reads to the end; with `reuse`, each piece is copied and given back before the next. */
async function readAll(producer: BodyProducer, reuse: boolean) {
  const pieces: Uint8Array[] = []
  const memories = new Set<ArrayBufferLike>()
  for (let piece = await producer.next(); piece !== null; piece = await producer.next()) {
    assert.ok(typeof piece !== 'string' && piece.length <= 65_536)
    memories.add(piece.buffer)
    pieces.push(reuse ? Buffer.from(piece) : piece)
    if (reuse) producer.taken?.()
  }
  return { bytes: Buffer.concat(pieces), memories: memories.size }
}

describe('fileProducer', () => {
  it('gives the range in small pieces out of large reads', async () => {
    const { bytes, memories } = await readAll(fileProducer(await fileRange(path)), false)
    assert.deepEqual([bytes.equals(content), memories], [true, 3])
    const options = { start: 70_000, length: 300_001 }
    const part = await readAll(fileProducer(await fileRange(path, options)), false)
    assert.ok(part.bytes.equals(content.subarray(70_000, 370_001)))
  })

  it('uses its buffer again once its pieces were taken, and only then', async () => {
    const { bytes, memories } = await readAll(fileProducer(await fileRange(path)), true)
    assert.deepEqual([bytes.equals(content), memories], [true, 1])
    const producer = fileProducer(await fileRange(path))
    const first = (await producer.next()) as Buffer
    producer.taken?.()
    const copy = Buffer.from(first)
    for (let piece = await producer.next(); piece !== null; ) piece = await producer.next()
    assert.ok(first.equals(copy), 'a piece that was taken before the last of its read')
  })

  it('closes the file at its end, and when it is given up', async () => {
    for (const pieces of [0, 1, 1000]) {
      const range = await fileRange(path)
      let closed = 0
      const { close } = range
      range.close = () => {
        closed++
        return close()
      }
      const producer = fileProducer(range)
      for (let count = 0; count < pieces && (await producer.next()) !== null; count++);
      producer.cancel()
      producer.cancel()
      assert.equal(closed, 1)
    }
  })

  it('fails when the file ends before the range', async () => {
    const file = join(folder, 'shrinking')
    writeFileSync(file, content)
    const producer = fileProducer(await fileRange(file))
    await producer.next()
    truncateSync(file, 100)
    await assert.rejects(readAll(producer, false), { code: 'ZZZ_FILE_CHANGED' })
    producer.cancel()
  })
})
