import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { it } from 'node:test'

/** Waits for the line that says where the example listens. */
async function bannerOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /^zzz example on (http:\/\/\S+)/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('npm start ended before the example listened')
}

it('npm start runs in the environment that NODE_ENV says', async () => {
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    ZZZ_ENV: '',
    SECRET_KEY_BASE: '',
    JWT_SECRET: '',
    PORT: '0',
  }
  const npm = spawn('npm', ['start'], {
    cwd: resolve(import.meta.dirname, '..'),
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  })
  const [said, [code]] = await Promise.all([text(npm.stderr as NodeJS.ReadableStream), once(npm, 'exit')])
  assert.match(said, /The application cannot run in production:\n {2}SECRET_KEY_BASE is missing/)
  assert.notEqual(code, 0)
})

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
