/** The typical JSON API in Express, with the packages that everyone uses. */
import { createSecretKey, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import cors from 'cors'
import express, { type RequestHandler } from 'express'
import helmet from 'helmet'
import jwt from 'jsonwebtoken'
import { type Item, origin, secret } from '../../stack-request.ts'
import { port, ready } from '../control.ts'

const key = createSecretKey(Buffer.from(secret))

const requestId: RequestHandler = (_request, response, next) => {
  response.setHeader('x-request-id', randomUUID())
  next()
}

const bearer: RequestHandler = (request, response, next) => {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  try {
    response.locals.claims = jwt.verify(token, key, { algorithms: ['HS256'] })
  } catch {
    response.status(401).set('www-authenticate', 'Bearer error="invalid_token"').end()
    return
  }
  next()
}

const app = express()
app.use(requestId, helmet(), cors({ origin: [origin] }), bearer, express.json())
app.post('/items', (request, response) => {
  const { name, quantity } = request.body as Item
  response.json({ owner: (response.locals.claims as { sub: string }).sub, name, quantity })
})

const server = app.listen(port, '127.0.0.1', () => ready((server.address() as AddressInfo).port))
