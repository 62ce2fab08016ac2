import type { Socket } from 'node:net'
import type { TlsOptions as NodeTlsOptions, Server, TLSSocket } from 'node:tls'
import { debuglog } from 'node:util'
import { publishRefusal } from '../../telemetry/publish-refusal.ts'
import type { Timeouts } from '../timeouts.ts'

/** `NODE_DEBUG=zzz-tls` shows handshakes that fail: there are always some, by scanners and old clients. */
const debug = debuglog('zzz-tls')

const plainText = 'This port speaks HTTPS: use https:// instead of http://\n'
const plainReply =
  'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n' +
  `content-length: ${plainText.length}\r\nconnection: close\r\n\r\n${plainText}`

/** Options of a TLS server that are not about its certificates. */
export function handshakeOptions({ header }: Timeouts, http2 = false): NodeTlsOptions {
  return {
    allowHalfOpen: false,
    // RFC 7301; `http/1.0` is what some clients say when they are told to use that.
    ALPNProtocols: [...(http2 ? ['h2'] : []), 'http/1.1', 'http/1.0'],
    // Node takes 0 for its own default, so what stands for Infinity is the longest time of a timer.
    handshakeTimeout: Math.min(Math.max(1, header), 2 ** 31 - 1),
  }
}

/**
 * The handshakes of a TLS server, begun when its gate admits a socket and not when the socket comes. Each ends in time:
 * the server's `handshakeTimeout` sees to that.
 */
export class Handshakes {
  readonly #begin: (socket: Socket) => void
  readonly #pending = new Set<Socket>()

  /**
   * Takes the server's own listener for connections, whose place `enter` takes. `secured` gets the sockets on which the
   * handshake has succeeded, still paused.
   */
  constructor(server: Server, enter: (socket: Socket) => void, secured: (socket: TLSSocket) => void) {
    const [listener] = server.listeners('connection') as ((socket: Socket) => void)[]
    server.removeAllListeners('connection')
    server.removeAllListeners('tlsClientError')
    server.on('connection', enter)
    this.#begin = (socket) => listener?.call(server, socket)
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => fail(error, socket))
    server.on('secureConnection', (socket) => {
      this.#pending.delete(parentOf(socket) as Socket)
      // During the handshake an end is the end; from here on a client may end its side and still read.
      socket.allowHalfOpen = true
      secured(socket)
    })
  }

  begin(socket: Socket): void {
    this.#pending.add(socket)
    socket.once('close', () => this.#pending.delete(socket))
    this.#begin(socket)
  }

  /** Breaks off what has not become a connection yet. */
  destroy(): void {
    for (const socket of this.#pending) socket.destroy()
  }
}

function fail(error: NodeJS.ErrnoException, socket: TLSSocket): void {
  debug('%s: handshake failed: %s %s', socket.remoteAddress, error.code, error.message)
  // OpenSSL knows a request line when it sees one.
  const plain = error.code === 'ERR_SSL_HTTP_REQUEST'
  publishRefusal(error, { reason: 'handshake', status: plain ? 400 : 0, from: socket, encrypted: !plain })
  if (plain) parentOf(socket)?.write(plainReply)
  socket.destroy()
}

/** The TCP socket below. Node documents no way to it; without one, a plain request is closed without a word. */
function parentOf(socket: TLSSocket): Socket | undefined {
  return (socket as TLSSocket & { _parent?: Socket })._parent
}
