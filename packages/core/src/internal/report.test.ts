import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { guardListener, reportError } from './report.ts'
import { unprintable } from './unprintable.suite.ts'

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

it('reportError never throws, whatever was thrown', async () => {
  for (const thrown of unprintable()) {
    const warned = once(process, 'warning')
    reportError(thrown, 'Closing failed')
    const [warning] = await warned
    assert.equal(warning.message, 'Closing failed: something was thrown that has no text')
    assert.equal(warning.cause, thrown)
  }
})

it('guardListener reports what its listener throws, and what it was told', async (t) => {
  const warnings: string[] = []
  const hear = (warning: Error) => warnings.push(warning.message)
  process.on('warning', hear)
  t.after(() => process.off('warning', hear))
  const heard: unknown[] = []
  guardListener((error) => heard.push(error), 'Server')('first')
  guardListener(() => {
    throw new Error('broken')
  }, 'Server')('second')
  guardListener(async () => {
    throw new Error('later')
  }, 'Server')('third')
  await new Promise(setImmediate)
  assert.deepEqual(heard, ['first'])
  assert.deepEqual(warnings, [
    'Server: second',
    'Server: its listener failed: broken',
    'Server: third',
    'Server: its listener failed: later',
  ])
})
