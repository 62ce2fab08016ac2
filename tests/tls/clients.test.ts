import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createApp, get, post } from '@zzz/core'
import { type ServeOptions, type Server, selfSignedCertificate, serve } from '@zzz/core/server'
import { run, without } from './tools.ts'

/** TLS as clients that others have written speak it. */

const folder = mkdtempSync(join(tmpdir(), 'zzz-'))
after(() => rmSync(folder, { recursive: true }))

function certificate(name: string, names: readonly string[]) {
  const { cert, key } = selfSignedCertificate({ names })
  const pair = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  writeFileSync(pair.cert, cert)
  writeFileSync(pair.key, key)
  return pair
}

const local = certificate('local', ['localhost', '127.0.0.1'])
const one = certificate('one', ['one.test', '*.one.test'])
const two = certificate('two', ['two.test'])

const app = createApp({
  environment: 'test',
  routes: [
    get('/', (ctx) => ctx.text(`${ctx.request.version} ${ctx.scheme}`)),
    get('/big', (ctx) => ctx.respond(Buffer.alloc(1_000_000, 'x'))),
    post('/echo', (ctx) => ctx.stream(ctx.request.body)),
  ],
})

const start = (options: ServeOptions): Promise<Server> =>
  serve(app, { port: 0, signals: false, tls: { ...local, certificates: [one, two] }, ...options })

const variants: readonly [name: string, options: ServeOptions][] = [
  ['zzz', { backend: 'zzz' }],
  ['node', { backend: 'node' }],
  ['node with HTTP/2', { backend: 'node', http2: true }],
]

for (const [variant, options] of variants) {
  describe(`the back end ${variant}`, () => {
    let server: Server
    let port: number
    before(async () => {
      server = await start(options)
      port = server.address.port
    })
    after(() => server.close({ drain: 0 }))

    const curl = (...args: readonly string[]) =>
      run('curl', ['--silent', '--show-error', '--cacert', local.cert, ...args])

    it('serves curl, which checks the certificate', { skip: without('curl') }, async () => {
      const version = options.http2 ? '2.0' : '1.1'
      assert.equal((await curl(`https://localhost:${port}/`)).stdout, `${version} https`)
      assert.equal((await curl('--http1.1', `https://127.0.0.1:${port}/`)).stdout, '1.1 https')
      const twice = await curl(`https://localhost:${port}/big`, `https://localhost:${port}/big`)
      assert.equal(twice.stdout.length, 2_000_000)
      const echo = await curl('--data-binary', `@${local.cert}`, `https://localhost:${port}/echo`)
      assert.equal(echo.stdout, readFileSync(local.cert, 'latin1'))
      assert.equal(
        (await run('curl', ['--silent', `https://localhost:${port}/`])).code,
        60,
        'trusts nobody untold',
      )
    })

    it('speaks TLS 1.2 and 1.3 with curl, and nothing older', { skip: without('curl') }, async () => {
      const url = `https://localhost:${port}/`
      for (const version of ['1.2', '1.3']) {
        const { stdout, stderr } = await curl('--verbose', `--tlsv${version}`, '--tls-max', version, url)
        assert.match(stdout, /https$/)
        assert.match(stderr, new RegExp(`SSL connection using TLSv${version.replace('.', '\\.')}`))
      }
      const old = await curl('--tlsv1.0', '--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0', url)
      assert.equal(old.code, 35, 'the handshake fails')
    })

    it('chooses the certificate by name', { skip: without('curl') }, async () => {
      for (const [name, { cert }, code] of [
        ['one.test', one, 0],
        ['www.one.test', one, 0],
        ['two.test', two, 0],
        ['two.test', one, 60],
        ['www.two.test', two, 60],
      ] as const) {
        const trusting = ['--silent', '--cacert', cert, '--resolve', `${name}:${port}:127.0.0.1`]
        assert.equal((await run('curl', [...trusting, `https://${name}:${port}/`])).code, code, name)
      }
    })

    it('says to curl that plain HTTP is wrong here', { skip: without('curl') }, async () => {
      const { stdout, code } = await curl('--include', `http://localhost:${port}/`)
      assert.equal(code, 0)
      assert.match(stdout, /^HTTP\/1\.1 400 .*use https:\/\//s)
    })

    it('shakes hands with openssl', { skip: without('openssl') }, async () => {
      const handshake = (...args: readonly string[]) =>
        run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', local.cert, ...args])
      for (const [flag, protocol] of [
        ['-tls1_2', 'TLSv1.2'],
        ['-tls1_3', 'TLSv1.3'],
      ] as const) {
        const { stdout } = await handshake(flag, '-servername', 'localhost', '-alpn', 'h2,http/1.1')
        assert.match(stdout, new RegExp(`New, ${protocol}`))
        assert.match(stdout, /Verif(?:ication: OK|y return code: 0)/)
        assert.match(stdout, options.http2 ? /ALPN protocol: h2/ : /ALPN protocol: http\/1\.1/)
      }
      const old = await handshake('-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0')
      assert.match(old.stderr, /alert protocol version/)
      for (const [name, subject] of [
        ['two.test', 'two.test'],
        ['www.one.test', 'one.test'],
        ['unknown.test', 'localhost'],
        [undefined, 'localhost'],
      ] as const) {
        const { stdout } = await handshake(
          ...(name === undefined ? ['-noservername'] : ['-servername', name]),
        )
        assert.match(stdout, new RegExp(`subject=CN ?= ?${subject} `))
      }
    })

    it('lets openssl resume a session, but not negotiate anew', { skip: without('openssl') }, async () => {
      const session = join(folder, `${port}.session`)
      const connect = ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2']
      await run('openssl', [...connect, '-sess_out', session])
      const { stdout } = await run('openssl', [...connect, '-sess_in', session])
      assert.match(stdout, /Reused, TLSv1\.2/)
      const again = await run('openssl', connect, 'R\n')
      assert.match(again.stderr, /no renegotiation/)
    })

    it('serves node:https, also on connections that live on', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(local.cert) })
      for (let round = 0; round < 3; round++) {
        const outgoing = request(`https://localhost:${port}/`, { agent }).end()
        const [response] = await once(outgoing, 'response')
        assert.equal((await response.toArray()).join(''), '1.1 https')
        assert.equal(outgoing.reusedSocket, round > 0)
      }
      agent.destroy()
    })

    it('serves fetch', async () => {
      const script = `const r = await fetch('https://localhost:${port}/'); console.log(r.status, await r.text())`
      const trusting = ['--input-type=module', '--eval', script]
      const { stdout } = await run('env', [
        `NODE_EXTRA_CA_CERTS=${local.cert}`,
        process.execPath,
        ...trusting,
      ])
      // Node's fetch speaks HTTP/2 since Node 26.
      assert.match(stdout, options.http2 ? /^200 (?:2\.0|1\.1) https\n$/ : /^200 1\.1 https\n$/)
    })
  })
}

describe('HTTP/2 on the back end node', () => {
  let server: Server
  before(async () => {
    server = await start({ backend: 'node', http2: true })
  })
  after(() => server.close({ drain: 0 }))

  it('serves nghttp, several streams at once', { skip: without('nghttp', 'nghttp2-client') }, async () => {
    const url = `https://localhost:${server.address.port}`
    const { stdout } = await run('nghttp', ['--null-out', '--stat', `${url}/`, `${url}/big`, `${url}/none`])
    const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/))
    const seen = lines
      .filter((fields) => fields.at(-1)?.startsWith('/'))
      .map((fields) => fields.slice(-3).join(' '))
    assert.deepEqual(seen.sort(), ['200 976K /big', '200 9 /', '404 40 /none'].sort())
  })

  it('serves nghttp an upload', { skip: without('nghttp', 'nghttp2-client') }, async () => {
    const upload = ['--data', local.cert, `https://localhost:${server.address.port}/echo`]
    assert.equal((await run('nghttp', upload)).stdout, readFileSync(local.cert, 'latin1'))
  })

  it('stands the load of h2load without one failure', {
    skip: without('h2load', 'nghttp2-client'),
  }, async () => {
    const load = ['--requests=2000', '--clients=10', '--max-concurrent-streams=20']
    const { stdout } = await run('h2load', [...load, `https://localhost:${server.address.port}/`])
    assert.match(stdout, /2000 succeeded, 0 failed, 0 errored, 0 timeout/)
    assert.match(stdout, /status codes: 2000 2xx/)
  })
})

describe("tls: 'self-signed'", () => {
  it('is kept for its user alone, and accepted by who trusts it', { skip: without('curl') }, async () => {
    const cache = process.env.XDG_CACHE_HOME
    process.env.XDG_CACHE_HOME = folder
    try {
      const file = join(folder, 'zzz/localhost.pem')
      const numbers: string[] = []
      for (const backend of ['zzz', 'node'] as const) {
        const server = await start({ backend, tls: 'self-signed' })
        const { port } = server.address
        for (const host of ['localhost', '127.0.0.1']) {
          const { stdout } = await run('curl', ['--silent', '--cacert', file, `https://${host}:${port}/`])
          assert.equal(stdout, '1.1 https')
        }
        numbers.push(new X509Certificate(readFileSync(file)).serialNumber)
        await server.close()
      }
      assert.equal(numbers[0], numbers[1])
      assert.equal(statSync(file).mode & 0o777, 0o600)
    } finally {
      if (cache === undefined) delete process.env.XDG_CACHE_HOME
      else process.env.XDG_CACHE_HOME = cache
    }
  })
})
