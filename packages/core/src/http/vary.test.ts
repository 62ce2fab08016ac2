import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Reply } from './reply.ts'
import { addVary } from './vary.ts'

const varied = (...before: string[]) => {
  const reply = new Reply(200, null)
  for (const line of before) reply.append('vary', line)
  return (...names: string[]) => addVary(reply, ...names).headers.getAll('vary')
}

it('addVary keeps one line without repeating a name', () => {
  assert.deepEqual(varied()('Origin'), ['Origin'])
  assert.deepEqual(varied('Accept')('Origin', 'Cookie'), ['Accept, Origin, Cookie'])
  assert.deepEqual(varied('accept,  ORIGIN')('Origin'), ['accept,  ORIGIN'])
  assert.deepEqual(varied('Accept', 'Cookie')('Origin'), ['Accept, Cookie, Origin'])
})

it('addVary leaves a reply alone that varies by everything', () => {
  assert.deepEqual(varied('*')('Origin'), ['*'])
})
