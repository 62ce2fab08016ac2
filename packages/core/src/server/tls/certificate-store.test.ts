import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type ConnectionOptions, connect, createServer, type Server } from 'node:tls'
import { CertificateStore, type CertificateStoreOptions } from './certificate-store.ts'
import { type SelfSigned, selfSignedCertificate } from './self-signed.ts'

const one = selfSignedCertificate({ names: ['one.test', '*.one.test'] })
const two = selfSignedCertificate({ names: ['two.test', 'a.one.test'] })
const serials = new Map([one, two].map(({ cert }, index) => [serialOf(cert), ['one', 'two'][index]]))

let folder: string
let store: CertificateStore
let server: Server
let errors: string[]
let heard: () => void

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zzz-'))
  errors = []
  heard = () => {}
})
afterEach(() => {
  store.close()
  server.close()
  rmSync(folder, { recursive: true })
})

describe('the choice of a certificate', () => {
  it('goes by exact name, then by wildcard, else the first one is taken', async () => {
    await open([
      { where: 'tls', ...one },
      { where: 'tls.certificates[0]', ...two },
    ])
    const expected = {
      'one.test': 'one',
      'ONE.test': 'one',
      'b.one.test': 'one',
      'a.one.test': 'two',
      'two.test': 'two',
      'b.two.test': 'one',
      'c.b.one.test': 'one',
      unknown: 'one',
    }
    for (const [name, certificate] of Object.entries(expected))
      assert.equal(await served({ servername: name }), certificate, name)
    assert.equal(await served({}), 'one')
  })
})

describe('files that change', () => {
  it('are taken again, for the default certificate and for one chosen by name; open connections stay', async () => {
    for (const name of ['default', 'named']) write(name, one)
    await open([
      { where: 'tls', ...paths('default'), names: ['default.test'] },
      { where: 'tls.certificates[0]', ...paths('named'), names: ['named.test'] },
    ])
    const early = connect({ port: port(), rejectUnauthorized: false, servername: 'named.test' })
    await once(early, 'secureConnect')
    write('default', two)
    write('named', two)
    await until({}, 'two')
    await until({ servername: 'named.test' }, 'two')
    early.write('x')
    assert.equal(String((await once(early, 'data'))[0]), 'x')
    early.destroy()
    assert.deepEqual(errors, [])
  })

  it('may be links whose folder is swapped, as Kubernetes does', async () => {
    for (const [version, pair] of [
      ['1', one],
      ['2', two],
    ] as const) {
      mkdirSync(join(folder, version))
      write(`${version}/tls`, pair)
    }
    symlinkSync('1', join(folder, '..data'))
    for (const suffix of ['pem', 'key']) symlinkSync(`..data/tls.${suffix}`, join(folder, `tls.${suffix}`))
    await open([{ where: 'tls', ...paths('tls') }])
    assert.equal(await served({}), 'one')
    symlinkSync('2', join(folder, '..next'))
    renameSync(join(folder, '..next'), join(folder, '..data'))
    await until({}, 'two')
  })

  it('may be links that are replaced, as certbot does', async () => {
    mkdirSync(join(folder, 'archive'))
    write('archive/1', one)
    write('archive/2', two)
    for (const suffix of ['pem', 'key']) symlinkSync(`archive/1.${suffix}`, join(folder, `live.${suffix}`))
    await open([{ where: 'tls', ...paths('live') }])
    for (const suffix of ['pem', 'key']) {
      rmSync(join(folder, `live.${suffix}`))
      symlinkSync(`archive/2.${suffix}`, join(folder, `live.${suffix}`))
    }
    await until({}, 'two')
    assert.deepEqual(errors, [])
  })

  it('that are broken are reported once, and the old certificate stays until they are whole', async () => {
    write('tls', one)
    await open([{ where: 'tls', ...paths('tls') }])
    const reported = hears()
    writeFileSync(join(folder, 'tls.key'), two.key)
    await reported
    assert.match(
      errors.join(),
      /tls\.key \(tls\.key\) is not the private key of .*The certificate in use stays$/,
    )
    assert.equal(await served({}), 'one')
    writeFileSync(join(folder, 'tls.pem'), two.cert)
    await until({}, 'two')
    assert.equal(errors.length, 1)
  })

  it('may be written one after the other', async () => {
    write('tls', one)
    await open([{ where: 'tls', ...paths('tls') }], { grace: 300 })
    writeFileSync(join(folder, 'tls.key'), two.key)
    setTimeout(() => writeFileSync(join(folder, 'tls.pem'), two.cert), 100)
    await until({}, 'two')
    assert.deepEqual(errors, [])
  })

  it('are found by the clock where the system gives no sign', async () => {
    write('tls', one)
    await open([{ where: 'tls', ...paths('tls') }], { watch: { delay: 1e6, poll: 20 } })
    write('tls', two)
    await until({}, 'two')
  })

  it('are left alone on demand', async () => {
    write('tls', one)
    await open([{ where: 'tls', ...paths('tls') }], { reload: false, watch: { poll: 5, delay: 5 } })
    write('tls', two)
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(await served({}), 'one')
  })
})

async function open(
  certificates: CertificateStoreOptions['certificates'],
  options: Partial<CertificateStoreOptions> = {},
): Promise<void> {
  store = await CertificateStore.open({
    certificates,
    settings: {},
    reload: true,
    watch: { delay: 10, poll: 1e6 },
    grace: 20,
    onError(error) {
      errors.push(String(error))
      heard()
    },
    ...options,
  })
  server = createServer(store.serverOptions, (socket) => socket.on('error', () => {}).pipe(socket))
  store.follow(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
}

function hears(): Promise<void> {
  return new Promise((resolve) => {
    heard = resolve
  })
}

function port(): number {
  return (server.address() as AddressInfo).port
}

/** Which certificate a new connection is shown. */
async function served(options: ConnectionOptions): Promise<string | undefined> {
  const socket = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false, ...options })
  await once(socket, 'secureConnect')
  const serial = socket.getPeerX509Certificate()?.serialNumber ?? ''
  socket.destroy()
  return serials.get(serial)
}

async function until(options: ConnectionOptions, certificate: string): Promise<void> {
  while ((await served(options)) !== certificate) await new Promise((resolve) => setTimeout(resolve, 5))
}

function paths(name: string): { cert: string; key: string } {
  return { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
}

function write(name: string, { cert, key }: SelfSigned): void {
  writeFileSync(paths(name).cert, cert)
  writeFileSync(paths(name).key, key)
}

function serialOf(cert: string): string {
  return new X509Certificate(cert).serialNumber
}
