/** Nothing but node:http, its routes compared by hand, a file kept in memory: what a framework over it cannot outrun. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { filesFolder } from '../scenarios.ts'
import { port, ready } from './control.ts'

const page = readFileSync(join(filesFolder, 'page.txt'))

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const url = request.url ?? ''
  if (url === '/plaintext') {
    send('Hello, World!', 'text/plain; charset=utf-8')
  } else if (url === '/json') {
    send(JSON.stringify({ message: 'Hello, World!' }), 'application/json; charset=utf-8')
  } else if (url.startsWith('/users/')) {
    send(decodeURIComponent(url.slice(7)), 'text/plain; charset=utf-8')
  } else if (url === '/static/page.txt') {
    send(page, 'text/plain; charset=utf-8')
  } else {
    response.writeHead(404).end()
  }

  function send(body: string | Buffer, type: string): void {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
    response.end(body)
  }
})

server.listen(port, '127.0.0.1', () => ready((server.address() as AddressInfo).port))
