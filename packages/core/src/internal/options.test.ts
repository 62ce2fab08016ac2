import assert from 'node:assert/strict'
import { it, describe as suite } from 'node:test'
import { textRule } from './option-rules.ts'
import { checkOptions, describe, type OptionRules, requireOption } from './options.ts'

interface Options {
  size?: number | undefined
  name?: string | undefined
}

const rules: OptionRules<Options> = {
  size: ['a number', (value) => typeof value === 'number'],
  name: textRule,
}

suite('checkOptions', () => {
  const refused = (options: unknown, message: RegExp) => {
    const run = () => checkOptions('Thing', options as Options, rules)
    assert.throws(run, { name: 'ZzzError', code: 'ZZZ_OPTION_INVALID', message })
  }

  it('takes known and possible options; undefined counts as not given', () => {
    checkOptions('Thing', {}, rules)
    checkOptions('Thing', { size: 0, name: 'x' }, rules)
    checkOptions('Thing', { size: undefined }, rules)
  })

  it('names an unknown option, what it belongs to and the known ones', () => {
    refused({ sise: 1 }, /^Thing: there is no option "sise"; known are size, name$/)
    refused({ sise: undefined }, /"sise"/)
    // Not found on the prototype of the rules.
    refused({ toString: 1 }, /"toString"/)
    refused(JSON.parse('{"__proto__": 1}'), /"__proto__"/)
  })

  it('names an impossible value and what is expected', () => {
    refused({ size: 'big' }, /^Thing: option "size" has to be a number, got "big"$/)
    refused({ size: null }, /got null$/)
    refused({ name: '' }, /"name" has to be a text that is not empty, got ""/)
    refused({ name: 7 }, /got 7$/)
  })

  it('refuses what is no object', () => {
    for (const options of [null, undefined, 'x', 1])
      refused(options, /^Thing: expected an object with options/)
  })
})

suite('requireOption', () => {
  it('names the option that is missing, given as undefined or not at all', () => {
    requireOption('Thing', { size: 0 }, 'size')
    const expected = { code: 'ZZZ_OPTION_INVALID', message: 'Thing: option "size" is missing' }
    for (const options of [{}, { size: undefined }] as Options[]) {
      assert.throws(() => requireOption('Thing', options, 'size'), expected)
    }
  })
})

suite('describe', () => {
  it('shows short values as they are and others by their type', () => {
    const shown = ['a "b"', null, undefined, 1.5, Number.NaN, true, [1], {}, () => {}, Symbol('x')].map(
      describe,
    )
    assert.deepEqual(shown, [
      '"a \\"b\\""',
      'null',
      'undefined',
      '1.5',
      'NaN',
      'true',
      'a list',
      'a value of type object',
      'a value of type function',
      'a value of type symbol',
    ])
  })
})
