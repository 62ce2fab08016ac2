import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jsonText } from './json-text.ts'

const refuse = (why: string, cause?: unknown) => new TypeError(`The value ${why}`, { cause })

describe('jsonText', () => {
  it('gives the JSON of what has some', () => {
    assert.deepEqual(
      [1, 'a', null, [undefined], { a: 1 }].map((value) => jsonText(value, refuse)),
      ['1', '"a"', 'null', '[null]', '{"a":1}'],
    )
  })

  it('says why there is none', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    const cases: readonly (readonly [value: unknown, message: RegExp])[] = [
      [Promise.resolve(1), /^The value is a promise; await it first$/],
      [undefined, /^The value is undefined, which has no JSON text$/],
      [() => 1, /^The value is a value of type function, which/],
      [1n, /^The value has no JSON text: .*BigInt/],
      [cycle, /^The value has no JSON text: .*circular/],
    ]
    for (const [value, message] of cases)
      assert.throws(() => jsonText(value, refuse), { name: 'TypeError', message })
  })
})
