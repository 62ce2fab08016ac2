import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { reportError } from './report.ts'

it('reportError makes a process warning that says where, with the error as its cause', async () => {
  const error = new Error('lost')
  const warned = once(process, 'warning')
  reportError(error, 'A listener failed')
  const [warning] = await warned
  assert.equal(warning.name, 'ZzzUnhandledError')
  assert.equal(warning.message, 'A listener failed: lost')
  assert.equal(warning.cause, error)
  assert.equal(warning.detail, error.stack)
})

it('reportError takes anything that was thrown', async () => {
  const warned = once(process, 'warning')
  reportError('text', 'Closing failed')
  const [warning] = await warned
  assert.equal(warning.message, 'Closing failed: text')
  assert.equal(warning.cause, 'text')
})
