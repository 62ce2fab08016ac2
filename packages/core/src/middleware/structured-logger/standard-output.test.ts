import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { it } from 'node:test'

/** Answers requests, says on standard error when it is through, and ends when it is told. */
const program = (requests: number, padding: number) => `
  import { createApp } from ${JSON.stringify(import.meta.resolve('../../app/app.ts'))}
  import { get } from ${JSON.stringify(import.meta.resolve('../../router/route.ts'))}
  import { structuredLogger } from ${JSON.stringify(import.meta.resolve('./structured-logger.ts'))}
  const app = createApp({ use: [structuredLogger()], routes: [get('/:x', (ctx) => ctx.text('ok'))] })
  for (let i = 0; i < ${requests}; i++) await app.fetch('/' + 'x'.repeat(${padding}))
  process.send('through')
  process.on('message', () => process.disconnect())
`

function start(requests: number, padding: number): ChildProcess {
  const args = ['--conditions=@zzz/source', '--input-type=module', '--eval', program(requests, padding)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
}

it('standard output that nobody reads delays no request, and gets every record in the end', async () => {
  const child = start(2000, 200)
  const [said] = await once(child, 'message')
  assert.equal(said, 'through')
  const output = text(child.stdout as NodeJS.ReadableStream)
  child.send('end')
  const lines = (await output).trim().split('\n')
  assert.equal(lines.length, 2000)
  for (const line of lines) assert.partialDeepStrictEqual(JSON.parse(line), { level: 'info', status: 200 })
})

it('beyond what may wait, records are dropped with one warning, and the rest are whole', async () => {
  const child = start(2000, 8000)
  const errors = text(child.stderr as NodeJS.ReadableStream)
  await once(child, 'message')
  const output = text(child.stdout as NodeJS.ReadableStream)
  child.send('end')
  const lines = (await output).trim().split('\n')
  assert.ok(lines.length > 100 && lines.length < 2000, `${lines.length} lines`)
  for (const line of lines) assert.equal(JSON.parse(line).status, 200)
  assert.equal((await errors).match(/Log records are dropped/g)?.length, 1)
})
