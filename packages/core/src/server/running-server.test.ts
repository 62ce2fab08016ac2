import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, BoundSocket, createServer } from 'node:net'
import { it } from 'node:test'
import { createApp } from '../app/app.ts'
import { addressOf } from './listening.ts'
import { startServer } from './running-server.ts'
import { resolveOptions } from './serve-options.ts'

const skip = BoundSocket === undefined && 'this Node cannot bind a socket without listening'

it('a worker that cannot listen says where its primary bound, not a descriptor', { skip }, async () => {
  // While nobody listens there, several may bind an address.
  const theirs = new BoundSocket({ host: '127.0.0.1', port: 0 })
  const bound = theirs.address() as AddressInfo
  const inherited = new BoundSocket({ host: '127.0.0.1', port: bound.port })
  const other = createServer().listen(theirs)
  await once(other, 'listening')
  const place = { address: addressOf(bound, 'http'), ticketKeys: Buffer.alloc(48), onSignal: () => {} }
  try {
    const options = { ...resolveOptions({}), fd: inherited.fd() }
    await assert.rejects(startServer(createApp({ routes: [] }), options, place), {
      code: 'ZZZ_LISTEN_FAILED',
      message: `Cannot listen on 127.0.0.1 port ${bound.port}: another process listens there; stop it or choose another port`,
    })
  } finally {
    inherited.close()
    other.close()
  }
})
