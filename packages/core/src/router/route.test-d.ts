// Type tests of routes: each thing that is accepted has a twin that is refused.
import type { Context } from '../context/context.ts'
import type { Handler } from '../context/middleware.ts'
import type { CheckedRoutes, EntryOf, NameMap } from './entry.ts'
import { path } from './path.ts'
import { resources } from './resources.ts'
import { type AnyRoute, any, get, post, route } from './route.ts'
import { scope } from './scope.ts'
import type { UrlArgs } from './url.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(equal: Equal<A, B>): void

interface App<Names> {
  url<Name extends keyof Names & string>(
    name: Name,
    ...args: UrlArgs<Names[Name] extends string ? Names[Name] : never>
  ): string
}
declare function createApp<const R extends AnyRoute>(options: {
  routes: readonly R[] & CheckedRoutes<R>
}): App<NameMap<EntryOf<R>>>

// An inline handler knows its pattern's parameters.
get('/users/:id/files/*rest', (ctx) => {
  same<typeof ctx.params, { readonly id: string; readonly rest: string }>(true)
  // @ts-expect-error no such parameter
  return ctx.text(ctx.params.nope)
})
get('/users/:id', { as: 'user' }, (ctx) => {
  same<typeof ctx.params, { readonly id: string }>(true)
  // @ts-expect-error no such parameter
  return ctx.text(ctx.params.nope)
})
route('PURGE', '/cache/*key', (ctx) => {
  same<typeof ctx.params, { readonly key: string }>(true)
  // @ts-expect-error no such parameter
  return ctx.text(ctx.params.nope)
})

// A path value gives its parameters, and its url wants them.
const userPath = path('/users/:id')
get(userPath, (ctx) => {
  same<typeof ctx.params, { readonly id: string }>(true)
  // @ts-expect-error no such parameter
  return ctx.text(ctx.params.nope)
})
userPath.url({ id: 42 })
userPath.url({ id: '42' }, { tab: ['a', 1, true], none: undefined })
path('/users').url()
path('/users').url({}, { page: 2 })
// @ts-expect-error the parameter is missing
userPath.url()
// @ts-expect-error the parameter is missing
userPath.url({})
// @ts-expect-error not a parameter of the pattern
userPath.url({ id: 42, nope: 1 })
// @ts-expect-error not a text or number
userPath.url({ id: true })
// @ts-expect-error a query value is no object
userPath.url({ id: 42 }, { tab: { a: 1 } })
// @ts-expect-error a path without parameters takes none
path('/users').url({ id: 42 })

// A handler returns a reply, sync or async.
get('/', (ctx) => ctx.text('now'))
get('/', async (ctx) => ctx.text('later'))
get('/', async () => new Response('web'))
get('/', (ctx: Context) => ctx.text('declared'))
// @ts-expect-error a text is no reply
get('/', () => 'text')
// @ts-expect-error nothing is no reply
get('/', async () => {})
// @ts-expect-error the handler is missing
get('/', { as: 'home' })

// Options.
get('/', { as: 'home', use: [(_ctx, next) => next()] }, (ctx) => ctx.text(''))
// @ts-expect-error unknown option
get('/', { us: [] }, (ctx: Context) => ctx.text(''))
// @ts-expect-error a name is text
get('/', { as: 1 }, (ctx: Context) => ctx.text(''))

declare const showUser: (ctx: Context<{ id: string }>) => Promise<Response>
declare const showMember: (ctx: Context<{ team: string; id: string }>) => Response
declare const maybeTeam: (ctx: Context<{ team?: string; id: string }>) => Response
declare const numbered: (ctx: Context<{ id: number }>) => Response
declare const narrow: (ctx: Context<{ id: 'a' | 'b' }>) => Response
declare const plain: Handler

// What a handler reads is in the whole pattern.
createApp({ routes: [get('/users/:id', showUser), any('/', plain), post('/users', { as: 'x' }, plain)] })
createApp({ routes: [get('/:team/:id', showUser), get('/users/:id', maybeTeam)] })
createApp({ routes: [scope('/:team', [scope('/x', [get('/:id', showMember), get('/:id', maybeTeam)])])] })
// @ts-expect-error the pattern has no id
createApp({ routes: [get('/', plain), get('/users', showUser)] })
// @ts-expect-error the pattern has no id, and options change nothing
createApp({ routes: [get('/users', { as: 'users' }, showUser)] })
// @ts-expect-error no scope has team
createApp({ routes: [scope('/api', [scope('/x', [get('/:id', showMember)])])] })
// @ts-expect-error optional or not, id is missing
createApp({ routes: [get('/:team', maybeTeam)] })
// @ts-expect-error a parameter is text
createApp({ routes: [get('/:id', numbered)] })
// @ts-expect-error a parameter is any text
createApp({ routes: [get('/:id', narrow)] })
// @ts-expect-error not a route
createApp({ routes: [{ kind: 'nothing' }] })

// Inline handlers know their parameters wherever they stand.
createApp({
  routes: [
    get('/a/:id', (ctx) => {
      same<typeof ctx.params, { readonly id: string }>(true)
      // @ts-expect-error no such parameter
      return ctx.text(ctx.params.nope)
    }),
    scope('/:team', { as: 'team' }, [
      get('/b/:id', { as: 'b' }, (ctx) => {
        same<typeof ctx.params, { readonly id: string }>(true)
        // @ts-expect-error the scope's parameter has to be asked for
        return ctx.text(ctx.params.team)
      }),
      get('/c/:id', (ctx: Context<{ team: string; id: string }>) => ctx.text(ctx.params.team)),
    ]),
  ],
})

// Names.
const app = createApp({
  routes: [
    get('/', { as: 'home' }, plain),
    scope('/admin', { as: 'admin' }, [
      get('/users/:id', { as: 'user' }, showUser),
      scope('/', [get('/files/*rest', { as: 'file' }, plain)]),
      get('/', { as: 'root' }, plain),
    ]),
    get('/unnamed', plain),
  ],
})
app.url('home')
app.url('home', {}, { page: 1 })
app.url('admin.user', { id: 1 })
app.url('admin.file', { rest: 'a/b' })
app.url('admin.root')
// @ts-expect-error unknown name
app.url('user', { id: 1 })
// @ts-expect-error the parameter is missing
app.url('admin.user')
// @ts-expect-error wrong parameter
app.url('admin.file', { id: 1 })
type Names = typeof app extends App<infer N> ? N : never
same<
  Names,
  {
    readonly home: '/'
    readonly 'admin.user': '/admin/users/:id'
    readonly 'admin.file': '/admin/files/*rest'
    readonly 'admin.root': '/admin'
  }
>(true)

// Resources: handlers know their parameters, inline and declared.
const posts = {
  index: (ctx: Context) => ctx.text(''),
  show: async (ctx: Context<{ id: string }>) => ctx.text(ctx.params.id),
  helper: 42,
}
const comments = {
  index: (ctx: Context<{ postId: string }>) => ctx.text(ctx.params.postId),
  show: (ctx: Context<{ postId: string; id: string }>) => ctx.text(ctx.params.id),
}
resources('/posts', {
  index: (ctx) => {
    // @ts-expect-error the collection has no id
    return ctx.text(ctx.params.id)
  },
  show: (ctx) => {
    same<typeof ctx.params, { readonly id: string }>(true)
    // @ts-expect-error no such parameter
    return ctx.text(ctx.params.nope)
  },
  delete: (ctx: Context) => ctx.empty(),
})
resources('/posts', { show: (ctx) => ctx.text(ctx.params.slug) }, { param: 'slug' })
// @ts-expect-error the parameter is called slug now
resources('/posts', { show: (ctx) => ctx.text(ctx.params.id) }, { param: 'slug' })
// @ts-expect-error a text is no reply
resources('/posts', { index: () => 'text' })
resources('/posts', posts, { only: ['index'], as: 'x', use: [] })
// @ts-expect-error the controller has no delete
resources('/posts', posts, { only: ['index', 'delete'] })
// @ts-expect-error helper is no action
resources('/posts', posts, { only: ['helper'] })
resources('/posts', posts, { except: ['delete'] })
// @ts-expect-error unknown action
resources('/posts', posts, { except: ['destroy'] })
// @ts-expect-error unknown option
resources('/posts', posts, { onyl: ['index'] })

const blog = createApp({
  routes: [
    scope('/api', { as: 'api' }, [
      resources('/posts', posts, { nested: [resources('/comments', comments, { except: ['index'] })] }),
    ]),
    resources('/categories', posts, { only: ['show'], as: 'topics' }),
  ],
})
type BlogNames = typeof blog extends App<infer N> ? N : never
same<
  BlogNames,
  {
    readonly 'api.posts.index': '/api/posts'
    readonly 'api.posts.show': '/api/posts/:id'
    readonly 'api.posts.comments.show': '/api/posts/:postId/comments/:id'
    readonly 'topics.show': '/categories/:id'
  }
>(true)
// @ts-expect-error comments read postId, which they have only when nested in posts
createApp({ routes: [resources('/comments', comments)] })
// @ts-expect-error show, which reads id, gets slug
createApp({ routes: [resources('/posts', posts, { param: 'slug' })] })
createApp({ routes: [resources('/posts', posts, { param: 'slug', only: ['index'] })] })
createApp({
  routes: [resources('/articles', posts, { nested: [resources('/c', comments)], nestedParam: 'postId' })],
})
// @ts-expect-error the parent's parameter is articleId
createApp({ routes: [resources('/articles', posts, { nested: [resources('/c', comments)] })] })

// A list whose routes are known only at run time is not checked, and names nothing.
declare const dynamic: AnyRoute[]
declare const pattern: string
const loose = createApp({ routes: [...dynamic, get(pattern, (ctx) => ctx.text(ctx.params.whatever ?? ''))] })
// @ts-expect-error no names
loose.url('home')

// Body options stand on routes and scopes, by their names and in their types.
post('/notes', { bodyLimit: 1024, form: { files: 1, total: Number.POSITIVE_INFINITY } }, (ctx) =>
  ctx.text(''),
)
scope('/api', { bodyLimit: 1024, form: { memory: undefined } }, [get('/', (ctx) => ctx.text(''))])
// @ts-expect-error bytes are a number
post('/notes', { bodyLimit: '1mb' }, (ctx) => ctx.text(''))
// @ts-expect-error unknown option
scope('/api', { form: { size: 1 } }, [])
