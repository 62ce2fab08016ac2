import assert from 'node:assert/strict'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type FileRange, type FileRangeOptions, fileRange } from './file-range.ts'

async function piecesOf(range: FileRange): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of range) pieces.push(piece)
  return pieces
}

describe('fileRange', () => {
  const content = Buffer.from(Array.from({ length: 150_000 }, (_, index) => index % 251))
  let folder: string
  let path: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zzz-range-'))
    path = join(folder, 'file')
    await writeFile(path, content)
  })
  after(() => rm(folder, { recursive: true }))

  async function read(
    options?: FileRangeOptions,
  ): Promise<{ pieces: Uint8Array[]; start: number; length: number }> {
    const range = await fileRange(path, options)
    try {
      return { pieces: await piecesOf(range), start: range.start, length: range.length }
    } finally {
      await range.close()
    }
  }

  it('is the whole file, in pieces', async () => {
    const { pieces, start, length } = await read()
    assert.deepEqual([start, length], [0, content.length])
    assert.ok(Buffer.concat(pieces).equals(content))
    assert.ok(pieces.length > 1)
    // Each piece is memory of its own: the last one may still be on its way out.
    assert.equal(new Set(pieces.map((piece) => piece.buffer)).size, pieces.length)
  })

  it('is the part asked for, cut at the end of the file', async () => {
    const cases: [FileRangeOptions, start: number, end: number][] = [
      [{ start: 10 }, 10, content.length],
      [{ length: 10 }, 0, 10],
      [{ start: 70_000, length: 70_000 }, 70_000, 140_000],
      [{ start: content.length - 1, length: 10 }, content.length - 1, content.length],
      [{ start: content.length }, content.length, content.length],
      [{ start: content.length + 10 }, content.length, content.length],
      [{ start: 5, length: 0 }, 5, 5],
      [{ start: undefined, length: undefined }, 0, content.length],
    ]
    for (const [options, start, end] of cases) {
      const range = await read(options)
      assert.deepEqual([range.start, range.length], [start, end - start], JSON.stringify(options))
      assert.ok(Buffer.concat(range.pieces).equals(content.subarray(start, end)), JSON.stringify(options))
    }
  })

  it('breaks off when the file shrank meanwhile', async () => {
    const shrinking = join(folder, 'shrinking')
    await writeFile(shrinking, 'x'.repeat(100))
    const range = await fileRange(shrinking)
    await truncate(shrinking, 40)
    await assert.rejects(piecesOf(range), { code: 'ZZZ_FILE_CHANGED', message: /byte 40/ })
    await range.close()
  })

  it('closes once and again', async () => {
    const range = await fileRange(path)
    await range.close()
    await range.close()
    await assert.rejects(range.file.stat(), /closed/)
  })

  it('rejects what is no file', async () => {
    await assert.rejects(fileRange(join(folder, 'missing')), { code: 'ENOENT' })
    await assert.rejects(fileRange(folder), { code: 'EISDIR' })
  })

  it('refuses impossible options before it opens anything', async () => {
    for (const options of [
      { start: -1 },
      { start: 1.5 },
      { length: Number.NaN },
      { length: Infinity },
      { end: 1 },
    ]) {
      const name = new RegExp(`fileRange.*"${Object.keys(options)[0]}"`)
      await assert.rejects(fileRange('/nowhere', options as FileRangeOptions), {
        code: 'ZZZ_OPTION_INVALID',
        message: name,
      })
    }
  })
})
