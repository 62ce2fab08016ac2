import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { contentRange, parseByteRanges } from './byte-ranges.ts'

/** A field, the size of the file, and the parts as `first-last`. */
type Row = readonly [field: string, size: number, parts: readonly string[] | undefined]

const rows: readonly Row[] = [
  // The examples of RFC 9110 section 14.1.2.
  ['bytes=0-499', 10_000, ['0-499']],
  ['bytes=500-999', 10_000, ['500-999']],
  ['bytes=-500', 10_000, ['9500-9999']],
  ['bytes=9500-', 10_000, ['9500-9999']],
  ['bytes=0-0,-1', 10_000, ['0-0', '9999-9999']],
  ['bytes= 0-999, 4500-5499, -1000', 10_000, ['0-999', '4500-5499', '9000-9999']],
  ['bytes=500-600,601-999', 10_000, ['500-600', '601-999']],
  ['bytes=500-700,601-999', 10_000, ['500-999']],
  // Ends beyond the end.
  ['bytes=-99999', 10, ['0-9']],
  ['bytes=0-99999', 10, ['0-9']],
  ['bytes=5-99999999999999999999999', 10, ['5-9']],
  ['bytes=9-', 10, ['9-9']],
  // Order is kept; what does not exist is left out.
  ['bytes=8-9,0-1', 10, ['8-9', '0-1']],
  ['bytes=0-1,10-20', 10, ['0-1']],
  // Tolerated: case, empty elements, white space.
  ['BYTES=0-1', 10, ['0-1']],
  ['bytes=,0-1 ,, 3-4,', 10, ['0-1', '3-4']],
  // Nothing of it exists: 416.
  ['bytes=10-', 10, []],
  ['bytes=10-20', 10, []],
  ['bytes=-0', 10, []],
  ['bytes=99999999999999999999-', 10, []],
  ['bytes=0-0', 0, []],
  // Ignored.
  ['bytes=-5', 0, undefined],
  ['bytes=', 10, undefined],
  ['bytes=-', 10, undefined],
  ['bytes=abc', 10, undefined],
  ['bytes=5-2', 10, undefined],
  ['bytes=0-1,5-2', 10, undefined],
  ['bytes=0-1;3-4', 10, undefined],
  ['bytes=--1', 10, undefined],
  ['bytes=1 - 2', 10, undefined],
  ['bytes=9007199254740993-9007199254740992', 10, undefined],
  ['bytes 0-1', 10, undefined],
  ['items=0-1', 10, undefined],
  ['0-1', 10, undefined],
  ['', 10, undefined],
]

describe('byte ranges (RFC 9110 14)', () => {
  for (const [field, size, parts] of rows) {
    it(`${JSON.stringify(field)} of ${size} bytes: ${parts?.join(', ') ?? 'ignored'}`, () => {
      const found = parseByteRanges(field, size)
      assert.deepEqual(
        found?.map(({ first, last }) => `${first}-${last}`),
        parts,
      )
    })
  }

  it('more than 32 parts are refused', () => {
    const field = (count: number) => `bytes=${Array.from({ length: count }, (_, i) => `${3 * i}-${3 * i}`)}`
    assert.equal(parseByteRanges(field(32), 1000)?.length, 32)
    assert.deepEqual(parseByteRanges(field(33), 1000), [])
    assert.deepEqual(parseByteRanges(field(5000), 100_000), [])
  })

  it('more than two overlaps are refused, fewer are joined', () => {
    assert.deepEqual(parseByteRanges('bytes=0-5,2-7,20-30,6-9', 100), [
      { first: 0, last: 9 },
      { first: 20, last: 30 },
    ])
    assert.deepEqual(parseByteRanges('bytes=0-,0-,0-', 100), [{ first: 0, last: 99 }])
    assert.deepEqual(parseByteRanges('bytes=0-,0-,0-,0-', 100), [])
    assert.deepEqual(parseByteRanges('bytes=0-1,4-5,8-9,0-9', 100), [])
  })

  it('contentRange says where a part stands', () => {
    assert.equal(contentRange({ first: 42, last: 1233 }, 1234), 'bytes 42-1233/1234')
  })
})
