import assert from 'node:assert/strict'
import { it } from 'node:test'
import { loadPeer } from './load-peer.ts'

it('loadPeer gives a package that is installed', () => {
  const { createClient } = loadPeer<typeof import('@redis/client')>('test', '@redis/client')
  assert.equal(typeof createClient, 'function')
})

it('loadPeer names the feature and the package that is missing, and how to install it', () => {
  assert.throws(() => loadPeer('jwtAuth', 'zzz-is-not-a-package'), {
    code: 'ZZZ_PEER_MISSING',
    message: /^jwtAuth needs the package zzz-is-not-a-package, .* npm install zzz-is-not-a-package$/,
  })
})
