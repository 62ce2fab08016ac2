import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { it } from 'node:test'

/** Answers a request, and three more once it is told. */
const program = `
  import { createApp } from ${JSON.stringify(import.meta.resolve('../../app/app.ts'))}
  import { get } from ${JSON.stringify(import.meta.resolve('../../router/route.ts'))}
  import { logger } from ${JSON.stringify(import.meta.resolve('./logger.ts'))}
  const app = createApp({ use: [logger(), logger()], routes: [get('/', (ctx) => ctx.text('ok'))] })
  await app.fetch('/')
  process.once('message', async () => {
    for (let i = 0; i < 3; i++) {
      await app.fetch('/')
      await new Promise(setImmediate)
    }
    process.disconnect()
  })
`

it('logger outlives the reader of standard output, and says once that there is none', async () => {
  const args = ['--conditions=@zzz/source', '--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const errors = text(child.stderr as NodeJS.ReadableStream)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  child.stdout?.destroy()
  child.send('go on')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0, await errors)
  assert.equal((await errors).match(/The log cannot be written: write EPIPE/g)?.length, 1)
})
