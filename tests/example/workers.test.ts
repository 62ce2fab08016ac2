import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ExampleProcess } from '../example-process.ts'

it('the example is served by workers', async () => {
  await using example = await ExampleProcess.start({ WORKERS: '2' })
  assert.equal((await fetch(example.url)).status, 200)
  const { code, errors } = await example.end('SIGTERM')
  assert.equal(code, 0, errors)
})
