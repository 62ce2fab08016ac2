import assert from 'node:assert/strict'
import { it } from 'node:test'
import { safeEqual } from './safe-equal.ts'

it('safeEqual compares texts of any length', () => {
  assert.equal(safeEqual('secret', 'secret'), true)
  assert.equal(safeEqual('', ''), true)
  for (const [given, secret] of [
    ['secret', 'Secret'],
    ['secret', 'secret '],
    ['', 'secret'],
    ['\u00e4', 'a\u0308'],
    ['x'.repeat(100_000), 'x'],
  ] as const) {
    assert.equal(safeEqual(given, secret), false)
  }
})
