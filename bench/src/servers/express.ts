/** Express as it comes, with NODE_ENV=production. */
import type { AddressInfo } from 'node:net'
import express from 'express'
import { filesFolder } from '../files.ts'
import { port, ready } from './control.ts'

const app = express()
app.get('/plaintext', (_request, response) => response.type('text/plain').send('Hello, World!'))
app.get('/json', (_request, response) => response.json({ message: 'Hello, World!' }))
app.get('/users/:id', (request, response) => response.type('text/plain').send(request.params.id))
app.use('/static', express.static(filesFolder))

const server = app.listen(port, '127.0.0.1', () => ready((server.address() as AddressInfo).port))
