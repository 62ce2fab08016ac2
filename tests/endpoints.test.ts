import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { createApp, get } from '@zzz/core'
import { serve } from '@zzz/core/server'

const makeApp = () => createApp({ routes: [get('/', (ctx) => ctx.text(`from ${ctx.ip}`))] })

/** What the server on a Unix socket answers. */
async function ask(socketPath: string): Promise<string> {
  const request = httpRequest({ socketPath, path: '/', agent: false }).end()
  const [response] = await once(request, 'response')
  return text(response)
}

/** Everything the server sends until it closes. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(bytes)
  return text(socket)
}

const get1 = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

describe('Unix domain sockets', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zzz-'))
  })
  after(() => rm(folder, { recursive: true }))

  for (const backend of ['zzz', 'node'] as const) {
    it(`are served by ${backend} and removed at the end`, async () => {
      const path = join(folder, `${backend}.sock`)
      await using server = await serve(makeApp(), { path, backend, signals: false })
      assert.deepEqual(server.address, { host: '', port: 0, path, url: `unix:${path}` })
      assert.match(await ask(path), /^from/)
      await assert.rejects(serve(makeApp(), { path, backend, signals: false }), {
        code: 'ZZZ_LISTEN_FAILED',
        message: new RegExp(path),
      })
      assert.match(await ask(path), /^from/, 'the first server is unharmed')
      await server.close()
      await assert.rejects(stat(path), { code: 'ENOENT' })
    })
  }

  it('that a killed process left behind are replaced', async () => {
    const path = join(folder, 'stale.sock')
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.ok((await stat(path)).isSocket())
    await using server = await serve(makeApp(), { path, signals: false })
    assert.match(await ask(path), /^from/)
    assert.equal(server.address.path, path)
  })
})

it('an inherited listening socket is served', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as { port: number }
  const script = `
    import { createApp, get } from '@zzz/core'
    import { serve } from '@zzz/core/server'
    process.env.LISTEN_FDS = '1'
    process.env.LISTEN_PID = String(process.pid)
    const app = createApp({ routes: [get('/', (ctx) => ctx.text('inherited'))] })
    const server = await serve(app, { fd: 'systemd' })
    console.log(server.address.url)
  `
  const fd = (holder as unknown as { _handle: { fd: number } })._handle.fd
  const child = spawn(process.execPath, ['--conditions=@zzz/source', '--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit', fd],
  })
  assert.ok(child.stdout)
  const [line] = await once(child.stdout, 'data')
  holder.close()
  assert.equal(String(line).trim(), `http://127.0.0.1:${port}`)
  assert.match(await exchange(port, get1), /inherited$/)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

describe('the PROXY protocol', () => {
  it('names the client, also when the header comes in pieces and with the request behind it', async () => {
    await using server = await serve(makeApp(), { port: 0, proxyProtocol: true, signals: false })
    const { port } = server.address
    const header = 'PROXY TCP4 192.0.2.1 10.0.0.1 8080 80\r\n'
    assert.match(await exchange(port, header + get1), /from 192\.0\.2\.1$/)
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay()
    await once(socket, 'connect')
    for (const byte of header) await new Promise<void>((resolve) => socket.write(byte, () => resolve()))
    socket.end(get1)
    assert.match(await text(socket), /from 192\.0\.2\.1$/)
  })

  it('is required where it is on: everything else is cut and reported', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    await using server = await serve(makeApp(), { port: 0, proxyProtocol: true, signals: false, onError })
    const socket = connect(server.address.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(get1)
    await once(socket, 'close')
    assert.equal((errors[0] as { code?: string }).code, 'ZZZ_PROXY_HEADER')
  })

  it('is refused on the back end node', async () => {
    await assert.rejects(serve(makeApp(), { port: 0, backend: 'node', proxyProtocol: true }), {
      code: 'ZZZ_OPTION_INVALID',
      message: /proxyProtocol/,
    })
  })
})
