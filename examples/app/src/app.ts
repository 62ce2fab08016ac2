import { createApp, get, post } from '@zzz/core'
import { compress, errorPages, logger, requestId, staticFiles } from '@zzz/core/middleware'
import { big } from './big.ts'
import * as echo from './echo.ts'
import * as events from './events.ts'
import * as hello from './hello.ts'
import { notFoundPage } from './pages.ts'
import * as params from './params.ts'
import { userPath } from './paths.ts'
import * as upload from './upload.ts'
import * as users from './users.ts'
import { welcome } from './welcome.ts'

const gibibyte = 1024 ** 3

export const app = createApp({
  use: [
    requestId(),
    logger(),
    compress(),
    errorPages({ pages: { 404: notFoundPage } }),
    staticFiles({ root: new URL('../static/', import.meta.url) }),
  ],
  routes: [
    get('/', { as: 'home' }, welcome),
    get('/hello', { as: 'hello' }, hello.text),
    get('/json', hello.json),
    get(userPath, { as: 'user' }, users.show),
    get('/echo', echo.describe),
    post('/echo', echo.stream),
    get('/sse', events.stream),
    get('/big', big),
    post('/params/:id', params.show),
    post('/upload', { form: { total: 2 * gibibyte } }, upload.receive),
  ],
})
