// Type tests of applications: each thing that is accepted has a twin that is refused.
import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { path } from '../router/path.ts'
import { type AnyRoute, get, post } from '../router/route.ts'
import { scope } from '../router/scope.ts'
import { createApp } from './app.ts'
import type { Service } from './service.ts'

const home = (ctx: Context) => ctx.text('')
const show = (ctx: Context<{ id: string }>) => ctx.text(ctx.params.id)
const member = (ctx: Context<{ team: string; id: string }>) => ctx.text(ctx.params.team)
const numbered = (ctx: Context<{ id: number }>) => ctx.json(ctx.params.id)
declare const step: Middleware
declare const service: Service

// Inline handlers know their own pattern's parameters.
createApp({
  routes: [
    get('/users/:id/*rest', (ctx) => ctx.text(ctx.params.id + ctx.params.rest)),
    // @ts-expect-error no such parameter
    get('/users/:id', (ctx) => ctx.text(ctx.params.nope)),
    // @ts-expect-error no parameters at all
    get('/users', (ctx) => ctx.text(ctx.params.id)),
  ],
})

// Declared handlers get what they ask for, or createApp complains.
createApp({ routes: [get('/', home), get('/:id', show), scope('/:team', [get('/:id', member)])] })
// @ts-expect-error the pattern has no id
createApp({ routes: [get('/', show)] })
// @ts-expect-error the parameter has another name
createApp({ routes: [get('/:user', show)] })
// @ts-expect-error no scope has team
createApp({ routes: [scope('/x', [get('/:id', member)])] })
// @ts-expect-error a parameter is text
createApp({ routes: [get('/:id', numbered)] })
// @ts-expect-error one wrong route among right ones
createApp({ routes: [get('/', home), post('/:id', show), get('/y', show)] })
// @ts-expect-error a handler returns a reply
createApp({ routes: [get('/', () => 'text')] })

// Options.
createApp({ use: [step], services: [service], environment: 'test', trustedProxies: ['::1'], routes: [] })
// @ts-expect-error routes are missing
createApp({ use: [step] })
// @ts-expect-error unknown option
createApp({ routes: [], middleware: [step] })
// @ts-expect-error a handler is no middleware where it returns nothing
createApp({ routes: [], use: [() => {}] })
// @ts-expect-error a service starts and stops
createApp({ routes: [], services: [{ name: 'x' }] })
// @ts-expect-error an environment is text
createApp({ routes: [], environment: 1 })

// URLs.
const userPath = path('/users/:id')
const app = createApp({
  routes: [
    get('/', { as: 'home' }, home),
    get(userPath, { as: 'user' }, show),
    scope('/files', { as: 'files' }, [get('/*rest', { as: 'show' }, home)]),
    get('/unnamed', home),
  ],
})
const url: string = app.url('home')
void url
app.url('home', {}, { page: 1, tag: ['a', 'b'] })
app.url('user', { id: 42 })
app.url('files.show', { rest: 'a/b' }, { v: 1 })
// @ts-expect-error unknown name
app.url('unnamed')
const complaint: Parameters<typeof app.url<'unnamed'>>[0] = 'there is no route named unnamed'
void complaint
// @ts-expect-error the scope's name is missing
app.url('show', { rest: '' })
// @ts-expect-error the parameter is missing
app.url('user')
// @ts-expect-error another parameter
app.url('user', { name: 'x' })
// @ts-expect-error not a text or number
app.url('user', { id: null })
// @ts-expect-error a route without parameters takes none
app.url('home', { id: 1 })
// @ts-expect-error a query value is no object
app.url('home', {}, { page: {} })

// An app is a value: nobody changes it.
// @ts-expect-error read-only
app.environment = 'production'

// A list that is known only at run time names nothing.
declare const dynamic: AnyRoute[]
createApp({ routes: dynamic }).environment.toUpperCase()
// @ts-expect-error no names
createApp({ routes: dynamic }).url('home')

// Body options stand on applications, too.
createApp({ bodyLimit: 1024, form: { directory: '/var/tmp', files: undefined }, routes: [] })
// @ts-expect-error bytes are a number
createApp({ bodyLimit: '1mb', routes: [] })
// @ts-expect-error a count is a number
createApp({ form: { files: '1' }, routes: [] })
// @ts-expect-error unknown option
createApp({ form: { size: 1 }, routes: [] })
