import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { selfSignedCertificate, type Tls } from '@zzz/core/server'

/** A connection of a client. */
export interface Link {
  readonly stream: Socket
  /** Breaks it off, as a machine that lost its power would: no end of TLS, no end of TCP. */
  reset(): void
}

/** What HTTP is spoken over. */
export interface Transport {
  readonly name: string
  readonly scheme: 'http' | 'https'
  /** What the listener needs for it. */
  readonly tls: Tls | undefined
  /** Connects a client. */
  dial(port: number): Promise<Link>
}

export const overTcp: Transport = {
  name: 'TCP',
  scheme: 'http',
  tls: undefined,
  async dial(port) {
    const stream = await connectTcp(port)
    return { stream, reset: () => stream.resetAndDestroy() }
  },
}

const { cert, key } = selfSignedCertificate()

export const overTls: Transport = {
  name: 'TLS',
  scheme: 'https',
  tls: { serverOptions: { cert, key }, follow() {}, close() {} },
  async dial(port) {
    const tcp = await connectTcp(port)
    const stream = connectSecurely({ socket: tcp, ca: cert, servername: 'localhost' })
    let unstable = false
    stream.once('secureConnect', () => {
      unstable = true
    })
    stream.once('session', () => {
      unstable = false
    })
    const reset = (): void => {
      tcp.resetAndDestroy()
      stream.destroy()
    }
    return {
      // The handshake goes on by itself: a server that lets a connection wait does not begin it.
      stream,
      // Node loses the error when what it meets is the writing of session tickets (the connection then ends by
      // `timeouts.write`), so these have to be through. Not within the event: OpenSSL is at work on the socket then.
      reset: () => (unstable ? void stream.once('session', () => setImmediate(reset)) : reset()),
    }
  },
}

async function connectTcp(port: number): Promise<Socket> {
  const tcp = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
  await once(tcp, 'connect')
  return tcp
}
