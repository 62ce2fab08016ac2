import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createApp, get, post } from '@zzz/core'
import { hsts } from '@zzz/core/middleware'
import { type ServeOptions, selfSignedCertificate, serve } from '@zzz/core/server'
import { type BrowserContext, chromium } from 'playwright-core'
import { without } from './tools.ts'

/** TLS as a browser speaks it: Chromium, which trusts the keys of our certificates and no others. */

const local = selfSignedCertificate()
const one = selfSignedCertificate({ names: ['one.test'] })
const two = selfSignedCertificate({ names: ['two.test'] })
const stranger = selfSignedCertificate()

const app = createApp({
  environment: 'test',
  use: [hsts({ maxAge: 60 })],
  routes: [
    get('/', (ctx) => ctx.html('<!doctype html><title>zzz</title><h1>hello</h1>')),
    get('/version', (ctx) => ctx.text(ctx.request.version)),
    post('/echo', (ctx) => ctx.stream(ctx.request.body)),
  ],
})

const skip = without('chromium')

describe('Chromium', { skip }, () => {
  let folder: string
  let context: BrowserContext
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'zzz-chromium-'))
    context = await chromium.launchPersistentContext(folder, {
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--host-resolver-rules=MAP *.test 127.0.0.1',
        `--ignore-certificate-errors-spki-list=${[local, one, two].map(fingerprint).join(',')}`,
      ],
    })
  })
  after(async () => {
    await context?.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const variants: readonly [name: string, options: ServeOptions, protocol: string][] = [
    ['zzz', { backend: 'zzz' }, 'http/1.1'],
    ['node', { backend: 'node' }, 'http/1.1'],
    ['node with HTTP/2', { backend: 'node', http2: true }, 'h2'],
  ]
  for (const [variant, options, protocol] of variants) {
    it(`loads a page from the back end ${variant}, in a secure context`, async () => {
      await using server = await serve(app, { port: 0, signals: false, drain: 0, tls: local, ...options })
      const page = await context.newPage()
      const response = await page.goto(`https://localhost:${server.address.port}/`)
      assert.equal(response?.status(), 200)
      assert.equal((await response?.securityDetails())?.protocol, 'TLS 1.3')
      assert.equal(await page.textContent('h1'), 'hello')
      assert.deepEqual(await page.evaluate(probe), { secure: true, protocol, echoed: 200_000 })
      await page.close()
    })

    it(`speaks TLS 1.2 with the back end ${variant}, and is shown the certificate of the name`, async () => {
      const tls = { ...local, maxVersion: 'TLSv1.2', certificates: [one, two] } as const
      await using server = await serve(app, { port: 0, signals: false, drain: 0, ...options, tls })
      const page = await context.newPage()
      for (const name of ['one.test', 'two.test', 'localhost']) {
        const response = await page.goto(`https://${name}:${server.address.port}/`)
        const details = await response?.securityDetails()
        assert.equal(details?.protocol, 'TLS 1.2')
        assert.match(String(details?.subjectName), new RegExp(`^${name} `))
      }
      await page.close()
    })
  }

  it('refuses a certificate that it does not trust', async () => {
    await using server = await serve(app, { port: 0, signals: false, drain: 0, tls: stranger })
    const page = await context.newPage()
    await assert.rejects(page.goto(`https://localhost:${server.address.port}/`), /ERR_CERT_AUTHORITY_INVALID/)
    await page.close()
  })
})

/** Runs in the page. */
async function probe(): Promise<unknown> {
  const entry = performance.getEntriesByType('navigation' as never)[0] as unknown as {
    nextHopProtocol: string
  }
  const { isSecureContext } = globalThis as unknown as { isSecureContext: boolean }
  const body = 'x'.repeat(20_000)
  const echoes = Array.from({ length: 10 }, async () => {
    const response = await fetch('/echo', { method: 'POST', body })
    return (await response.text()).length
  })
  const lengths = await Promise.all(echoes)
  return {
    secure: isSecureContext,
    protocol: entry.nextHopProtocol,
    echoed: lengths.reduce((sum, length) => sum + length, 0),
  }
}

/** The key of a certificate as Chromium lists it: the SHA-256 of its SubjectPublicKeyInfo. */
function fingerprint({ cert }: { cert: string }): string {
  const { publicKey } = new X509Certificate(cert)
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
}
