import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { boundary, crlf, multipartRequest, multipartText, partText, pieceSource } from './multipart.suite.ts'
import type { FormPart } from './parts.ts'

const rounds = process.env.ZZZ_TEST_SIZE === 'full' ? 30_000 : 2000

/** What a reader sees of a body that arrives in pieces: its parts, or the code of the error. */
async function seen(pieces: Iterable<Uint8Array>): Promise<unknown> {
  const parts: unknown[] = []
  try {
    for await (const part of multipartRequest(pieceSource(pieces)).parts()) parts.push(await contentOf(part))
    return parts
  } catch (error) {
    const { code } = error as { code?: string }
    assert.match(code ?? String(error), /^ZZZ_BODY_/)
    return code
  }
}

async function contentOf(part: FormPart): Promise<unknown> {
  if (part.kind === 'field') return [part.field, part.value]
  const pieces: Uint8Array[] = []
  for await (const piece of part) pieces.push(Buffer.from(piece))
  return [part.field, part.filename, part.type, Buffer.concat(pieces).toString('latin1')]
}

/** Whole numbers from 0 up to, not including, `below`; the same ones for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

function* cut(bytes: Uint8Array, size: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const length = Math.max(1, size())
    yield bytes.subarray(at, at + length)
    at += length
  }
}

const body = Buffer.from(
  multipartText(
    partText('a', 'Grüße'),
    partText(
      'f',
      `\n--\n\n--${boundary.slice(0, -2)}\n--${boundary.slice(0, 5)}\n`,
      'naïve.txt',
      'text/plain',
    ),
    partText('empty', '', 'e'),
    partText('b', '\r\r\n-\n'),
  ),
)

describe('a multipart body in pieces', () => {
  it('is the same wherever it is cut in two', async () => {
    const whole = await seen([body])
    assert.equal((whole as unknown[]).length, 4)
    for (let at = 0; at <= body.length; at++) {
      assert.deepEqual(await seen([body.subarray(0, at), body.subarray(at)]), whole, `cut at ${at}`)
    }
  })

  it('is the same in pieces of any size', async () => {
    const whole = await seen([body])
    for (let size = 1; size <= 100; size++) {
      assert.deepEqual(await seen(cut(body, () => size)), whole, `pieces of ${size}`)
    }
  })

  it(`is the same in any pieces, whatever it says (${rounds} mutations)`, async () => {
    const scraps = [
      '\r\n',
      '\r',
      '\n',
      '--',
      '-',
      boundary,
      `\r\n--${boundary}`,
      `--${boundary}--`,
      '"',
      '\\',
      ';',
      ':',
      '=',
      '\0',
      'ÿ',
      'name="x"',
      'filename',
      'Content-Disposition',
      '\r\n\r\n',
      ' ',
    ]
    const outcomes = new Map<string, number>()
    for (let seed = 0; seed < rounds; seed++) {
      const below = random(seed)
      let text = body.toString('latin1')
      for (let changes = 1 + below(3); changes > 0; changes--) {
        const at = below(text.length)
        const scrap = scraps[below(scraps.length)] as string
        text = text.slice(0, at) + (below(3) === 0 ? '' : scrap) + text.slice(at + below(3) * below(8))
      }
      // The parser loses the boundary after one with a single dash behind it, or not, by where it is cut. No client
      // means such a body, and what it reads of it is the client's own.
      if (text.includes(`${boundary}-\r\n--${boundary}`)) continue
      const bytes = Buffer.from(text, 'latin1')
      const whole = await seen([bytes])
      const pieces = await seen(cut(bytes, () => below(40)))
      assert.deepEqual(pieces, whole, `seed ${seed}`)
      const outcome = typeof whole === 'string' ? whole : 'read'
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    // The mutations are neither all harmless nor all fatal.
    assert.ok((outcomes.get('read') ?? 0) > rounds / 20, JSON.stringify([...outcomes]))
    assert.ok((outcomes.get('ZZZ_BODY_MALFORMED') ?? 0) > rounds / 20, JSON.stringify([...outcomes]))
  })
})

describe('parts, while they arrive', () => {
  const head = Buffer.from(`--${boundary}\r\n${crlf(partText('f', '', 'x'))}`)
  const tail = Buffer.from(`\r\n--${boundary}--`)

  it('come no faster than they are read', async () => {
    const source = pieceSource(
      (function* () {
        yield head
        for (let count = 0; count < 1000; count++) yield Buffer.alloc(64 * 1024, 'x')
        yield tail
      })(),
    )
    const parts = multipartRequest(source).parts({ total: Number.POSITIVE_INFINITY })
    const { value: file } = await parts.next()
    assert.ok(file?.kind === 'file')
    let size = 0
    for await (const piece of file) {
      size += piece.length
      // What is under way: the parser's stream and the piece that is being written.
      assert.ok(source.taken * 65536 - size < 512 * 1024, `${source.taken} pieces taken for ${size} bytes`)
    }
    assert.equal(size, 1000 * 64 * 1024)
    assert.equal((await parts.next()).done, true)
  })

  it('are taken apart no further than the next one', async () => {
    const source = pieceSource(
      (function* () {
        for (let count = 0; ; count++)
          yield Buffer.from(`--${boundary}\r\n${crlf(partText(`f${count}`, 'x', 'x'))}\r\n`)
      })(),
    )
    const parts = multipartRequest(source).parts({ files: 1000 })
    for (let count = 0; count < 100; count++) {
      const { value } = await parts.next()
      assert.equal(value?.field, `f${count}`)
      assert.ok(source.taken <= count + 3, `${source.taken} pieces taken for ${count + 1} parts`)
    }
    await parts.return()
    assert.ok(source.cancelled)
  })

  it('may be left unread, whole or in part', async () => {
    const large = (name: string) => partText(name, 'x'.repeat(300_000), name)
    const request = () => multipartRequest(multipartText(large('a'), large('b'), partText('c', '1')))
    const fields: string[] = []
    for await (const part of request().parts()) {
      fields.push(part.field)
      if (part.field === 'b' && part.kind === 'file') for await (const _piece of part) break
    }
    assert.deepEqual(fields, ['a', 'b', 'c'])
  })

  it('break off with the error of their source, in the middle of a file and between', async () => {
    for (const pieces of [
      [head, Buffer.alloc(1000)],
      [Buffer.from(`--${boundary}\r\n${crlf(partText('a', '1'))}\r\n--${boundary}`)],
      [],
    ]) {
      const source = pieceSource([...pieces, new Error('client left')])
      await assert.rejects(
        (async () => {
          for await (const part of multipartRequest(source).parts()) await contentOf(part)
        })(),
        { message: 'client left' },
      )
      assert.ok(source.cancelled)
    }
  })

  it('break off while nobody reads, without an unhandled error', async () => {
    const source = pieceSource([head, Buffer.alloc(1000), new Error('client left')])
    const parts = multipartRequest(source).parts()
    const { value } = await parts.next()
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    assert.ok(value?.kind === 'file')
    await assert.rejects(contentOf(value), { message: 'client left' })
    await assert.rejects(parts.next(), { message: 'client left' })
  })

  it('have the limits of a form', async () => {
    const request = multipartRequest(multipartText(partText('f', '1234', 'a')))
    const reading = async () => {
      for await (const part of request.parts({ fileSize: 3 })) await contentOf(part)
    }
    await assert.rejects(reading(), { code: 'ZZZ_BODY_TOO_LARGE' })
    await assert.rejects(multipartRequest('a=1', 'application/x-www-form-urlencoded').parts().next(), {
      code: 'ZZZ_BODY_TYPE',
      headers: { accept: 'multipart/form-data' },
    })
  })
})
