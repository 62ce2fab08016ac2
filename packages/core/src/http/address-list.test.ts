import assert from 'node:assert/strict'
import { it } from 'node:test'
import { addressList } from './address-list.ts'

it('addressList knows addresses and ranges of both families', () => {
  const list = addressList('x', ['192.0.2.1', '10.0.0.0/8', '2001:db8::/32', '::1'])
  for (const address of ['192.0.2.1', '10.255.0.1', '2001:db8:1::1', '::1', '0:0:0:0:0:0:0:1']) {
    assert.equal(list.has(address), true, address)
  }
  for (const address of ['192.0.2.2', '11.0.0.1', '2001:db9::1', '::2', '', 'localhost', '10.0.0.1/8']) {
    assert.equal(list.has(address), false, address)
  }
  assert.equal(addressList('x', []).has('::1'), false)
})

it('addressList names an entry that is none', () => {
  for (const entry of [
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0',
    'a.test',
    '10.0.0.1/',
    '1.2.3.4/8/8',
    '10.0.0.*',
  ]) {
    assert.throws(() => addressList('the list', [entry]), {
      code: 'ZZZ_OPTION_INVALID',
      message: `the list: ${JSON.stringify(entry)} is no address or CIDR range`,
    })
  }
})
