import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { ZzzError } from '../../errors.ts'
import { loadCertificate } from './certificate.ts'
import { selfSignedCertificate } from './self-signed.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-'))
after(() => rmSync(folder, { recursive: true }))

const pair = selfSignedCertificate({ names: ['Example.test', '*.example.test', '127.0.0.1'] })
const other = selfSignedCertificate()
const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
}).privateKey

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const load = (options: { cert: string | Uint8Array; key: string | Uint8Array; passphrase?: string }) =>
  loadCertificate({ where: 'tls', ...options }, {})

describe('a certificate', () => {
  it('comes from PEM text, bytes or files', async () => {
    for (const options of [
      pair,
      { cert: Buffer.from(pair.cert), key: Buffer.from(pair.key) },
      { cert: file('cert.pem', pair.cert), key: file('key.pem', pair.key) },
    ]) {
      const { names, warning } = await load(options)
      assert.deepEqual([names, warning], [['example.test', '*.example.test'], undefined])
    }
  })

  it('is for the names that it is said to be for', async () => {
    const { names } = await loadCertificate({ where: 'tls', ...pair, names: ['Other.TEST'] }, {})
    assert.deepEqual(names, ['other.test'])
  })

  it('warns when it is not valid today', async () => {
    const past = selfSignedCertificate({ validFrom: new Date('2020-01-01'), days: 30 })
    const future = selfSignedCertificate({ validFrom: new Date('2140-01-01') })
    const path = file('past.pem', past.cert)
    const expired = (await load({ cert: path, key: past.key })).warning
    assert.equal(expired?.code, 'ZZZ_TLS_EXPIRED')
    assert.match(String(expired), /past\.pem \(tls\.cert\) expired on 2020-01-31/)
    assert.match(String((await load(future)).warning), /is valid only from 2140-01-01 on/)
  })
})

/** PEM text whose first bytes mean something else. */
function damaged(pem: string): string {
  return pem.replace(/-----\n.{8}/, '-----\nAAAAAAAA')
}

describe('a fault names the file and says what is wrong', () => {
  const good = { cert: file('good.pem', pair.cert), key: file('good.key', pair.key) }
  const cases: readonly [
    title: string,
    options: Parameters<typeof load>[0],
    code: string,
    message: RegExp,
  ][] = [
    [
      'no such file',
      { ...good, cert: '/none/c.pem' },
      'ZZZ_TLS_FILE',
      /^Cannot read \/none\/c\.pem \(tls\.cert\): there is no such file$/,
    ],
    ['a folder', { ...good, key: folder }, 'ZZZ_TLS_FILE', /\(tls\.key\): it is a folder$/],
    [
      'an empty file',
      { ...good, cert: file('empty', '') },
      'ZZZ_TLS_CERTIFICATE',
      /empty \(tls\.cert\) holds no certificate in PEM form$/,
    ],
    [
      'a damaged certificate',
      { ...good, cert: file('cut.pem', pair.cert.slice(0, 200)) },
      'ZZZ_TLS_CERTIFICATE',
      /cut\.pem \(tls\.cert\) holds no certificate/,
    ],
    [
      'swapped',
      { cert: good.key, key: good.cert },
      'ZZZ_TLS_CERTIFICATE',
      /good\.key \(tls\.cert\) holds a private key and no certificate; cert and key may be swapped$/,
    ],
    [
      'no key',
      { ...good, key: good.cert },
      'ZZZ_TLS_KEY',
      /good\.pem \(tls\.key\) holds no private key in PEM form$/,
    ],
    [
      'a damaged key',
      { ...good, key: damaged(pair.key) },
      'ZZZ_TLS_KEY',
      /^The PEM text in tls\.key holds a damaged private key$/,
    ],
    [
      'a key of another certificate',
      { ...good, key: file('other.key', other.key) },
      'ZZZ_TLS_KEY',
      /other\.key \(tls\.key\) is not the private key of the certificate in .*good\.pem \(tls\.cert\)$/,
    ],
    [
      'no passphrase',
      { ...good, key: encrypted },
      'ZZZ_TLS_KEY',
      /holds an encrypted private key: give its passphrase$/,
    ],
    [
      'a wrong passphrase',
      { ...good, key: encrypted, passphrase: 'hushhush' },
      'ZZZ_TLS_KEY',
      /cannot be decrypted: the passphrase is wrong/,
    ],
    [
      'a broken chain',
      {
        ...good,
        cert: pair.cert + damaged(pair.cert),
      },
      'ZZZ_TLS_CERTIFICATE',
      /cannot be used with its key/,
    ],
  ]
  for (const [title, options, code, message] of cases) {
    it(title, async () => {
      await assert.rejects(load(options), { code, message })
    })
  }

  it('and never shows a key, not even one that was given in a wrong form', async () => {
    const base64 = pair.key.replace(/-----.*?-----|\n/g, '')
    for (const key of [
      base64,
      base64.slice(0, 60),
      `${base64.slice(0, 64)}\n${base64.slice(64)}`,
      pair.key.replaceAll('-', '_'),
    ]) {
      const error = await load({ ...good, key }).catch((caught: unknown) => caught)
      assert.ok(error instanceof ZzzError)
      assert.equal(error.code, 'ZZZ_TLS_FILE')
      assert.match(error.message, /^What tls\.key holds is neither PEM text .* nor the path of a file$/)
      assert.equal(inspect(error, { depth: 9 }).includes(base64.slice(0, 30)), false)
    }
    for (const key of [other.key, encrypted, damaged(pair.key)]) {
      const error = await load({ ...good, key, passphrase: 'hushhush' }).catch((caught: unknown) => caught)
      const shown = inspect(error, { depth: 9 })
      for (const secret of [...key.split('\n').filter((line) => /^[\w+/=]{20,}$/.test(line)), 'hushhush']) {
        assert.equal(shown.includes(secret), false)
      }
    }
  })
})
