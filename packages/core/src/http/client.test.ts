import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientOf, trustedProxies } from './client.ts'
import type { ProxyHeaders } from './forwarded.ts'
import { makeRequest } from './request.suite.ts'

const addressOf = (
  trusted: string[] | undefined,
  remoteAddress: string | undefined,
  forwarded?: string | string[],
) =>
  clientOf(
    makeRequest({
      peer: { remoteAddress },
      headers: [forwarded ?? []].flat().flatMap((value) => ['x-forwarded-for', value]),
    }),
    trusted && trustedProxies(trusted),
  ).address

describe('clientOf', () => {
  it('is the peer while no proxy is trusted', () => {
    assert.equal(addressOf(undefined, '10.0.0.1', '1.1.1.1'), '10.0.0.1')
    assert.equal(addressOf([], '10.0.0.1', '1.1.1.1'), '10.0.0.1')
    assert.equal(addressOf(['10.0.0.0/8'], '9.9.9.9', '1.1.1.1'), '9.9.9.9')
    assert.equal(addressOf(['10.0.0.0/8'], undefined, '1.1.1.1'), '')
  })

  it('is the right-most address that is no trusted proxy', () => {
    const trusted = ['10.0.0.0/8', '::1']
    assert.equal(addressOf(trusted, '10.0.0.1', '6.6.6.6, 1.1.1.1'), '1.1.1.1')
    assert.equal(addressOf(trusted, '10.0.0.1', '6.6.6.6,1.1.1.1 , 10.9.9.9'), '1.1.1.1')
    assert.equal(addressOf(trusted, '::1', '2001:db8::7'), '2001:db8::7')
    assert.equal(addressOf(trusted, '10.0.0.1', ['6.6.6.6', '1.1.1.1', '10.0.0.2']), '1.1.1.1')
  })

  it('is the last proxy when all are trusted, and the peer when nothing is said', () => {
    assert.equal(addressOf(['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2'), '10.0.0.3')
    assert.equal(addressOf(['10.0.0.0/8'], '10.0.0.1'), '10.0.0.1')
    assert.equal(addressOf(['10.0.0.0/8'], '10.0.0.1', ''), '10.0.0.1')
  })

  it('walks no further than an entry that is no address', () => {
    for (const entry of ['unknown', '_hidden', '1.1.1', '1.1.1.1:80:80', '<script>', '']) {
      assert.equal(addressOf(['10.0.0.0/8'], '10.0.0.1', `6.6.6.6, ${entry}, 10.0.0.2`), '10.0.0.2', entry)
    }
  })
})

describe('trustedProxies', () => {
  const trusts = (entry: string, address: string) => trustedProxies([entry]).trusts(address)

  it('takes addresses and ranges of both families', () => {
    assert.equal(trusts('192.168.1.1', '192.168.1.1'), true)
    assert.equal(trusts('192.168.1.1', '192.168.1.2'), false)
    assert.equal(trusts('192.168.1.0/24', '192.168.1.255'), true)
    assert.equal(trusts('192.168.1.0/24', '192.168.2.0'), false)
    assert.equal(trusts('192.168.1.7/24', '192.168.1.99'), true)
    assert.equal(trusts('172.16.0.0/12', '172.31.255.255'), true)
    assert.equal(trusts('172.16.0.0/12', '172.32.0.0'), false)
    assert.equal(trusts('0.0.0.0/0', '8.8.8.8'), true)
    assert.equal(trusts('2001:db8::/32', '2001:db8:ffff::1'), true)
    assert.equal(trusts('2001:db8::/32', '2001:db9::1'), false)
    assert.equal(trusts('::1', '0:0:0:0:0:0:0:1'), true)
  })

  it('knows an IPv4 address that is mapped into IPv6, as dual-stack sockets show it', () => {
    assert.equal(trusts('10.0.0.0/8', '::ffff:10.1.2.3'), true)
    assert.equal(trusts('10.0.0.0/8', '::ffff:11.1.2.3'), false)
    assert.equal(trusts('::ffff:10.0.0.0/104', '10.1.2.3'), true)
    assert.equal(addressOf(['127.0.0.1'], '::ffff:127.0.0.1', '1.1.1.1'), '1.1.1.1')
  })

  it('trusts nothing that is no address', () => {
    for (const address of ['', 'localhost', '10.0.0', '10.0.0.0/8'])
      assert.equal(trusts('0.0.0.0/0', address), false)
    assert.equal(trusts('::/0', 'fe80::1%eth0'), true)
  })

  it('names an entry that is neither', () => {
    const entries = [
      '',
      'localhost',
      '10.0.0',
      '10.0.0.0/',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/a',
      '10.0.0.0/8/8',
    ]
    for (const entry of [...entries, '10.0.0.0/ 8', '10.0.0.0/1e1', '::/129', '/8', '10.0.0.0/8.5']) {
      assert.throws(() => trustedProxies(['::1', entry]), {
        code: 'ZZZ_OPTION_INVALID',
        message: `trustedProxies: ${JSON.stringify(entry)} is no address or CIDR range`,
      })
    }
  })
})

describe('scheme and host of clientOf', () => {
  const from = (
    remoteAddress: string,
    headers: string[],
    encrypted = false,
    family: ProxyHeaders = 'x-forwarded',
  ) => {
    const { address, scheme, host } = clientOf(
      makeRequest({ peer: { remoteAddress, encrypted }, headers: ['host', 'inner:8080', ...headers] }),
      trustedProxies(['10.0.0.0/8'], family),
    )
    return [address, scheme, host]
  }
  const told = ['x-forwarded-for', '1.1.1.1', 'x-forwarded-proto', 'https', 'x-forwarded-host', 'example.org']

  it('are those of the connection while no trusted proxy speaks', () => {
    assert.deepEqual(from('9.9.9.9', told), ['9.9.9.9', 'http', 'inner:8080'])
    assert.deepEqual(from('9.9.9.9', [], true), ['9.9.9.9', 'https', 'inner:8080'])
  })

  it('are what a trusted proxy says', () => {
    assert.deepEqual(from('10.0.0.1', told), ['1.1.1.1', 'https', 'example.org'])
    const forwarded = [
      'forwarded',
      'for=6.6.6.6;proto=http, for="[2001:db8::7]:4711";proto=https;host="example.org"',
    ]
    assert.deepEqual(from('10.0.0.1', forwarded, false, 'forwarded'), ['2001:db8::7', 'https', 'example.org'])
  })

  it('does not believe the headers of the other family, which the client may have forged', () => {
    const forged = [...told, 'forwarded', 'for=6.6.6.6;proto=http;host=evil']
    assert.deepEqual(from('10.0.0.1', forged), ['1.1.1.1', 'https', 'example.org'])
  })

  it('shows an IPv4 address as such', () => {
    assert.equal(from('::ffff:9.9.9.9', [])[0], '9.9.9.9')
  })

  it('ignores what is no scheme and no host', () => {
    const nonsense = [
      'x-forwarded-for',
      '1.1.1.1',
      'x-forwarded-proto',
      'javascript',
      'x-forwarded-host',
      'a/b c',
    ]
    assert.deepEqual(from('10.0.0.1', nonsense), ['1.1.1.1', 'http', 'inner:8080'])
  })
})
