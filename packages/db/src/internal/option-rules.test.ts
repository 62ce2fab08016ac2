import assert from 'node:assert/strict'
import { it } from 'node:test'
import { amountRule, countRule, delayRule, oneOf } from './option-rules.ts'
import type { Rule } from './options.ts'

function check([, test]: Rule, good: readonly unknown[], bad: readonly unknown[]): void {
  for (const value of good) assert.equal(test(value), true, String(value))
  for (const value of bad) assert.equal(test(value), false, String(value))
}

it('rules of options take what is exact, what a timer can wait, and one of some values', () => {
  const none = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', 1n, null]
  check(countRule, [1, 2 ** 53 - 1], [0, ...none])
  check(amountRule, [0, 1], none)
  check(delayRule, [0.5, 2 ** 31 - 1], [0, 2 ** 31, Number.POSITIVE_INFINITY, Number.NaN, '1'])
  const rule = oneOf('a', 'b', 'c')
  check(rule, ['a', 'c'], ['A', undefined, null])
  assert.deepEqual([rule[0], oneOf('a', 'b')[0]], ['"a", "b" or "c"', '"a" or "b"'])
})
