import assert from 'node:assert/strict'
import { it } from 'node:test'
import { trustedProxies } from './client-address.ts'
import { clientScheme } from './client-scheme.ts'
import { Request } from './request.ts'

const proxies = trustedProxies(['10.0.0.0/8'])

function scheme(remoteAddress: string | undefined, encrypted: boolean, forwarded?: string): string {
  const headers = forwarded === undefined ? [] : ['x-forwarded-proto', forwarded]
  const peer = { remoteAddress, remotePort: 1, encrypted }
  return clientScheme(new Request('GET', '/', '1.1', headers, null, peer), proxies)
}

it('is that of the connection', () => {
  assert.equal(scheme('192.0.2.1', false), 'http')
  assert.equal(scheme('192.0.2.1', true), 'https')
  assert.equal(scheme(undefined, false), 'http')
})

it('is what a trusted proxy says, and nobody else', () => {
  assert.equal(scheme('10.0.0.1', false, 'https'), 'https')
  assert.equal(scheme('10.0.0.1', true, 'http'), 'http')
  assert.equal(scheme('192.0.2.1', false, 'https'), 'http')
  assert.equal(scheme(undefined, false, 'https'), 'http')
})

it('is what the nearest proxy says; anything but a scheme is no word', () => {
  assert.equal(scheme('10.0.0.1', false, 'https, http'), 'http')
  assert.equal(scheme('10.0.0.1', false, 'http , HTTPS'), 'https')
  assert.equal(scheme('10.0.0.1', true, 'wss'), 'https')
  assert.equal(scheme('10.0.0.1', false, ''), 'http')
})
