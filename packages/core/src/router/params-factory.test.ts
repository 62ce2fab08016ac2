import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { createParamsFactory } from './params-factory.ts'

describe('createParamsFactory', () => {
  it('cuts the values out of the text', () => {
    const create = createParamsFactory(['id', 'class', 'constructor'])
    assert.deepEqual(create('/a/bc/def', [1, 2, 3, 5, 6, 9]), { id: 'a', class: 'bc', constructor: 'def' })
    assert.deepEqual(createParamsFactory([])('/a', []), {})
  })

  it('does the same where Node forbids code from strings', () => {
    const url = new URL('./params-factory.ts', import.meta.url).href
    const script = `import { createParamsFactory } from ${JSON.stringify(url)}
      console.log(JSON.stringify(createParamsFactory(['a', 'b'])('/x/yz', [1, 2, 3, 5])))`
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script]
    const output = execFileSync(process.execPath, flags, { encoding: 'utf8' })
    assert.deepEqual(JSON.parse(output), { a: 'x', b: 'yz' })
  })
})
