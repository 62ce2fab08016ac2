import assert from 'node:assert/strict'
import { it } from 'node:test'
import { checkTlsOptions, type TlsOptions } from './tls-options.ts'

const pair = { cert: 'a.pem', key: 'a.key' }

it('gives all certificates, the default one first', () => {
  const places = (options: TlsOptions) => checkTlsOptions(options).map(({ where }) => where)
  assert.deepEqual(places(pair), ['tls'])
  assert.deepEqual(places({ certificates: [pair, pair] }), ['tls.certificates[0]', 'tls.certificates[1]'])
  assert.deepEqual(places({ ...pair, certificates: [pair] }), ['tls', 'tls.certificates[0]'])
})

it('names the option that is wrong, and never shows its value', () => {
  const cases: readonly [options: object, message: RegExp][] = [
    [{}, /tls needs cert and key, or certificates/],
    [{ cert: 'a' }, /tls\.key is missing/],
    [{ key: 'a' }, /tls\.cert is missing/],
    [{ ...pair, key: 5 }, /serve, tls: option "key" has to be PEM text or the path of a file, got 5/],
    [{ ...pair, cert: '' }, /option "cert" has to be PEM text/],
    [{ ...pair, minVersion: 'TLSv1.1' }, /"minVersion" has to be "TLSv1\.2" or "TLSv1\.3"/],
    [{ ...pair, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }, /maxVersion is older than tls\.minVersion/],
    [{ ...pair, names: ['a b'] }, /"names" has to be a list of host names/],
    [{ ...pair, certificates: [] }, /"certificates" has to be a list/],
    [{ certificates: [{ cert: 'a' }] }, /tls\.certificates\[0\] needs both cert and key/],
    [{ certificates: [{ ...pair, name: 'a' }] }, /serve, tls\.certificates\[0\]: there is no option "name"/],
    [{ ...pair, pfx: 'a' }, /there is no option "pfx"/],
  ]
  for (const [options, message] of cases) {
    assert.throws(() => checkTlsOptions(options as TlsOptions), { code: 'ZZZ_OPTION_INVALID', message })
  }
})
