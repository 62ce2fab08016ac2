import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pageData, tableData } from './data.ts'
import { engines, normalise } from './engines.ts'

it('the template engines that are compared render the same', () => {
  const [first, ...others] = engines
  assert.ok(first !== undefined)
  for (const { name, table, page } of others) {
    assert.equal(normalise(table(tableData)), normalise(first.table(tableData)), name)
    assert.equal(normalise(page(pageData)), normalise(first.page(pageData)), name)
  }
})
