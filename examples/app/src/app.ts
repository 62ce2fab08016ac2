import { createApp, del, get, patch, post, scope } from '@zzz/core'
import {
  compress,
  csrf,
  errorPages,
  flash,
  health,
  htmx,
  problemDetails,
  requestId,
  securityHeaders,
  staticFiles,
  traceContext,
} from '@zzz/core/middleware'
import * as api from './api.ts'
import * as apiUsers from './api-users.ts'
import { big } from './big.ts'
import * as cached from './cached.ts'
import * as demo from './demo.ts'
import * as echo from './echo.ts'
import { env } from './env.ts'
import * as events from './events.ts'
import * as failures from './failures.ts'
import * as form from './form.ts'
import * as hello from './hello.ts'
import * as limited from './limited.ts'
import * as login from './login.ts'
import { log, meter } from './observability.ts'
import * as pages from './pages.ts'
import * as params from './params.ts'
import { apiUserPath, userPath } from './paths.ts'
import { isReachable, migrations, repo } from './repo.ts'
import { sessionServices, visitor } from './sessions.ts'
import { shared } from './shared.ts'
import * as todos from './todos.ts'
import * as upload from './upload.ts'
import * as users from './users.ts'
import { views } from './views.gen.ts'
import * as visits from './visits.ts'
import { welcome } from './welcome.ts'

const gibibyte = 1024 ** 3

export const app = createApp({
  environment: env.environment,
  secretKeyBase: env.secretKeyBase,
  services: [repo, migrations, ...sessionServices],
  use: [
    health({ checks: { database: isReachable } }),
    requestId(),
    traceContext(),
    meter,
    log,
    securityHeaders(),
    compress(),
    htmx(),
    problemDetails({ below: '/api' }),
    errorPages({ pages: { 404: (ctx) => todos.countTodos(ctx, () => pages.missing(ctx)) } }),
    staticFiles({ root: new URL('../static/', import.meta.url) }),
  ],
  views: { layout: views.layouts.app, shared },
  routes: [
    // Pages for people: forms of other sites are refused, and an old browser needs a token.
    scope('/', { use: [visitor, flash(), csrf(), todos.countTodos] }, [
      get('/', { as: 'home' }, welcome),
      get('/about', { as: 'about' }, pages.about),
      get('/form', { as: 'form' }, form.show),
      post('/form', form.submit),
      get('/htmx', { as: 'htmx' }, demo.index),
      get('/htmx/time', demo.time),
      get('/todos', { as: 'todos' }, todos.index),
      post('/todos', todos.add),
      post('/todos/:id/toggle', todos.toggle),
      post('/todos/:id/delete', todos.remove),
    ]),
    get('/hello', { as: 'hello' }, hello.text),
    get('/json', hello.json),
    get(userPath, { as: 'user' }, users.show),
    get('/echo', echo.describe),
    post('/echo', echo.stream),
    // Programs have sessions too, and no token; browsers are still asked where they come from.
    scope('/session', { use: [visitor, csrf({ fallback: 'allow' })] }, [
      get('/', visits.count),
      post('/reset', visits.reset),
    ]),
    get('/login', { use: [login.needsPassword, todos.countTodos] }, login.show),
    scope('/api', [
      get('/me', { use: [api.needsToken] }, api.me),
      get('/open', { use: [api.openToExample] }, api.open),
    ]),
    // No cookies here, and bodies of JSON only: no form of another site gets in, so there is no token either.
    get('/api/users', apiUsers.index),
    post('/api/users', apiUsers.create),
    get(apiUserPath, apiUsers.show),
    patch(apiUserPath, apiUsers.update),
    del(apiUserPath, apiUsers.remove),
    get('/limited', { use: [limited.notBanned, limited.fiveAMinute] }, limited.show),
    get('/sse', events.stream),
    get('/big', big),
    get('/cached', { use: cached.forTwoSeconds }, cached.show),
    get('/boom', failures.boom),
    get('/teapot', failures.teapot),
    get('/metrics', meter.endpoint),
    post('/params/:id', params.show),
    post('/upload', { form: { total: 2 * gibibyte } }, upload.receive),
  ],
})
