import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Recent } from './recent.ts'

it('Recent keeps the last ones and those that are asked for, and tells what it forgot', () => {
  const recent = new Recent<number>(2)
  recent.set('a', 1)
  recent.set('b', 2)
  assert.deepEqual(recent.set('c', 3), [])
  assert.equal(recent.get('a'), 1)
  assert.deepEqual(recent.set('d', 4), [2])
  assert.equal(recent.get('b'), undefined)
  assert.equal(recent.get('a'), 1)
  recent.clear()
  assert.equal(recent.get('d'), undefined)
})
