import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countRule, delayRule, isAmount, middlewareRule, oneOf, textRule } from './option-rules.ts'
import type { Rule } from './options.ts'

function check([, test]: Rule, good: readonly unknown[], bad: readonly unknown[]): void {
  for (const value of good) assert.equal(test(value), true, String(value))
  for (const value of bad) assert.equal(test(value), false, String(value))
}

describe('rules of options', () => {
  it('take whole numbers as far as they are exact', () => {
    const none = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', 1n, null]
    check(countRule, [1, 2 ** 53 - 1], [0, ...none])
    check(['', isAmount], [0, 1, 2 ** 53 - 1], none)
  })

  it('take milliseconds that a timer can wait', () => {
    const none = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '1']
    check(delayRule, [0.5, 1, 2 ** 31 - 1], none)
  })

  it('take text that is not empty', () => {
    check(textRule, ['x', ' '], ['', 1, null, ['x']])
  })

  it('take lists of functions as middleware', () => {
    check(middlewareRule, [[], [() => {}, function named() {}]], [undefined, () => {}, [1], [undefined]])
  })

  it('take one of some values, and name them', () => {
    const rule = oneOf('lax', 'none', false)
    check(rule, ['lax', 'none', false], ['Lax', true, undefined, null, 0])
    assert.equal(rule[0], '"lax", "none" or false')
    assert.deepEqual([oneOf('a')[0], oneOf(2, 4)[0]], ['"a"', '2 or 4'])
  })
})
