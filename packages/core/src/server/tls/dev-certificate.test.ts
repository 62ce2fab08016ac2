import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, it } from 'node:test'
import { devCertificate } from './dev-certificate.ts'
import { selfSignedCertificate } from './self-signed.ts'

let folder: string
let file: string
let errors: unknown[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zzz-'))
  file = join(folder, 'cache/localhost.pem')
  errors = []
})
afterEach(() => {
  assert.deepEqual(errors, [])
  rmSync(folder, { recursive: true })
})

const make = (environment: string | undefined = 'development') =>
  devCertificate({ environment, folder: join(folder, 'cache'), onError: (error) => errors.push(error) })

it('keeps what it made, for its user only', async () => {
  const first = await make()
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(statSync(join(folder, 'cache')).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(join(folder, 'cache')), ['localhost.pem'])
  const second = await make('test')
  assert.ok(String(second.cert).includes(String(first.cert)))
})

it('makes another when what it kept is damaged or about to expire', async () => {
  await make()
  const soon = selfSignedCertificate({ days: 29 })
  for (const damaged of ['', 'nonsense', soon.cert, soon.cert + soon.key]) {
    writeFileSync(file, damaged)
    const { cert } = await make()
    assert.notEqual(cert, damaged)
    assert.equal(readFileSync(file, 'latin1').includes(String(cert)), true)
  }
})

it('gives several that start at once a pair that fits', async () => {
  const made = await Promise.all([make(), make(), make()])
  const kept = await make()
  assert.ok(made.some(({ cert }) => String(kept.cert).includes(String(cert))))
  assert.deepEqual(readdirSync(join(folder, 'cache')), ['localhost.pem'])
})

it('goes on without a cache, and says so', async () => {
  writeFileSync(join(folder, 'cache'), 'no folder')
  const { cert } = await make()
  assert.match(String(cert), /^-----BEGIN CERTIFICATE/)
  const [error] = errors.splice(0)
  assert.match(String(error), /Cannot keep the certificate for development in .*localhost\.pem/)
})

it('is refused elsewhere', async () => {
  await assert.rejects(make('production'), {
    code: 'ZZZ_TLS_SELF_SIGNED',
    message: /the environment is production\. Give tls: \{ cert, key \}, or set ZZZ_ENV=development/,
  })
  await assert.rejects(devCertificate({ environment: undefined, folder, onError() {} }), {
    message: /the environment is unknown/,
  })
})
