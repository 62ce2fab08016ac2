/** sirv on node:http, in its mode for production: it looks at the folder once, when it starts. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import sirv from 'sirv'
import { filesFolder } from '../files.ts'
import { port, ready } from './control.ts'

const files = sirv(filesFolder)
const prefix = '/static'

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  request.url = (request.url ?? '').slice(prefix.length)
  files(request, response, () => void response.writeHead(404).end())
})

server.listen(port, '127.0.0.1', () => ready((server.address() as AddressInfo).port))
