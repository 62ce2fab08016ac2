/**
 * Nothing but node:http or node:https, its routes compared by hand, a file kept in memory: what a framework over it
 * cannot outrun.
 */
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { selfSignedCertificate } from '@zzz/core/server'
import { large, page } from '../files.ts'
import { overTls, port, ready } from './control.ts'

const files = new Map([
  ['/static/page.txt', Buffer.from(page)],
  ['/static/large.txt', Buffer.from(large)],
])

const answer: RequestListener = (request, response) => {
  const url = request.url ?? ''
  if (url === '/plaintext') {
    send('Hello, World!', 'text/plain; charset=utf-8')
  } else if (url === '/json') {
    send(JSON.stringify({ message: 'Hello, World!' }), 'application/json; charset=utf-8')
  } else if (url.startsWith('/users/')) {
    send(decodeURIComponent(url.slice(7)), 'text/plain; charset=utf-8')
  } else if (files.has(url)) {
    send(files.get(url) as Buffer, 'text/plain; charset=utf-8')
  } else {
    response.writeHead(404).end()
  }

  function send(body: string | Buffer, type: string): void {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
    response.end(body)
  }
}

const options = { keepAliveTimeout: 65_000 }
const server = overTls
  ? createSecureServer({ ...options, ...selfSignedCertificate() }, answer)
  : createServer(options, answer)

server.listen(port, '127.0.0.1', () => ready((server.address() as AddressInfo).port))
