import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { it } from 'node:test'

/** Waits for the line that says where the example listens. */
async function bannerOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /^zzz example on (http:\/\/\S+)/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('npm start ended before the example listened')
}

it('npm start hands a signal on: no server stays behind', async () => {
  const npm = spawn('npm', ['start'], {
    cwd: resolve(import.meta.dirname, '..'),
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(npm, 'exit')
  const url = await bannerOf(npm.stdout as NodeJS.ReadableStream)
  assert.equal((await fetch(`${url}/hello`)).status, 200)
  npm.kill('SIGTERM')
  await ended
  // npm may be gone a moment before the server has closed.
  for (;;) {
    const gone = await fetch(`${url}/hello`).then(
      () => false,
      () => true,
    )
    if (gone) break
  }
})
