import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { it } from 'node:test'
import { selfSignedCertificate } from './self-signed.ts'

it('makes a certificate for servers, signed by its own key, for names and addresses', () => {
  const names = ['example.test', '*.example.test', '127.0.0.1', '::1', '2001:db8::7:0', '::ffff:1.2.3.4']
  const { cert, key } = selfSignedCertificate({ names })
  const x509 = new X509Certificate(cert)
  assert.ok(x509.checkPrivateKey(createPrivateKey(key)))
  assert.ok(x509.verify(x509.publicKey))
  assert.equal(x509.issuer, x509.subject)
  assert.equal(x509.ca, false)
  assert.deepEqual(x509.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.equal(
    x509.subjectAltName,
    'DNS:example.test, DNS:*.example.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, ' +
      'IP Address:2001:DB8:0:0:0:0:7:0, IP Address:0:0:0:0:0:FFFF:102:304',
  )
})

it('is for this machine, from an hour ago on, for 90 days, unless told', () => {
  const x509 = new X509Certificate(selfSignedCertificate().cert)
  assert.equal(x509.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
  const age = Date.now() - x509.validFromDate.getTime()
  assert.ok(age >= 3_600_000 && age < 3_660_000)
  assert.equal(x509.validToDate.getTime() - x509.validFromDate.getTime(), 90 * 86_400_000)
})

it('writes dates on both sides of 2050, which are written differently', () => {
  const validFrom = new Date('2049-12-31T23:59:58Z')
  const x509 = new X509Certificate(selfSignedCertificate({ validFrom, days: 1 }).cert)
  assert.equal(x509.validFromDate.toISOString(), '2049-12-31T23:59:58.000Z')
  assert.equal(x509.validToDate.toISOString(), '2050-01-01T23:59:58.000Z')
})

it('makes many that all parse, whatever the random bytes begin with', () => {
  for (let round = 0; round < 100; round++) {
    const x509 = new X509Certificate(selfSignedCertificate().cert)
    assert.ok(x509.verify(x509.publicKey))
  }
})

it('takes many names, whose encoding needs longer lengths', () => {
  const names = Array.from({ length: 300 }, (_, index) => `host-${index}.example.test`)
  const { subjectAltName = '' } = new X509Certificate(selfSignedCertificate({ names }).cert)
  assert.equal(subjectAltName.split(', ').length, 300)
})

it('refuses names that are none, and options it does not know', () => {
  for (const names of [
    [],
    ['a b'],
    ['a..b'],
    ['*'],
    ['a.*.b'],
    ['-a'],
    ['a\0b'],
    ['http://a'],
    'a',
  ] as never[]) {
    assert.throws(() => selfSignedCertificate({ names }), { code: 'ZZZ_OPTION_INVALID' })
  }
  assert.throws(() => selfSignedCertificate({ days: 0 }), { code: 'ZZZ_OPTION_INVALID' })
  assert.throws(() => selfSignedCertificate({ name: 'a' } as never), /known are names, validFrom, days/)
})
