// Type tests of the context, assign keys, handlers and middleware: each thing that is accepted has a twin that is refused.
import type { FormValue } from '../http/body/field-names.ts'
import type { Reply } from '../http/reply.ts'
import { type AssignKey, assign } from './assign.ts'
import type { Context } from './context.ts'
import type { Handler, Middleware } from './middleware.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(equal: Equal<A, B>): void

declare const ctx: Context<{ id: string; rest: string }>
declare const bare: Context

// Params are those of the context, and read-only as a whole.
same<typeof ctx.params, { id: string; rest: string }>(true)
ctx.params.id.toUpperCase()
// @ts-expect-error no such parameter
ctx.params.nope
// @ts-expect-error a parameter is text
ctx.params.id.toFixed()
// @ts-expect-error without a pattern there is none
bare.params.id
// @ts-expect-error nobody replaces them
ctx.params = { id: '1', rest: '' }

// A context with more parameters does where fewer are asked for.
const fewer: Context<{ id: string }> = ctx
const none: Context = ctx
// @ts-expect-error one with fewer does not
const more: Context<{ id: string; team: string }> = ctx
// @ts-expect-error nor one without
const some: Context<{ id: string }> = bare
void [fewer, none, more, some]

// Keys carry the type of their value, both ways.
interface User {
  readonly name: string
}
const user = assign<User>('user')
const count = assign<number>('count')
bare.set(user, { name: 'Ada' })
same<ReturnType<typeof getUser>, User>(true)
same<ReturnType<typeof findUser>, User | undefined>(true)
function getUser() {
  return bare.get(user)
}
function findUser() {
  return bare.find(user)
}
bare.get(user).name
// @ts-expect-error find may be undefined
bare.find(user).name
// @ts-expect-error not a user
bare.set(user, { title: 'Ada' })
// @ts-expect-error a number is no user
bare.set(user, 1)
// @ts-expect-error a count has no name
bare.get(count).name
// @ts-expect-error a text is no key
bare.get('user')
// @ts-expect-error the name is missing
assign<User>()

// A key is neither widened nor narrowed: it is written and read.
const exact: AssignKey<User> = user
// @ts-expect-error reading would give less than promised
const narrowed: AssignKey<User & { admin: true }> = user
// @ts-expect-error writing would allow more than promised
const widened: AssignKey<User | undefined> = user
void [exact, narrowed, widened]

// Handlers return a reply or a web response, now or later.
const handlers: Handler[] = [
  (ctx) => ctx.text(''),
  async (ctx) => ctx.json({}),
  () => new Response(),
  async () => new Response(),
]
// @ts-expect-error a text is no reply
const text: Handler = () => 'text'
// @ts-expect-error nothing is no reply
const nothing: Handler = () => {}
// @ts-expect-error nothing later is none either
const later: Handler = async () => {}
void [handlers, text, nothing, later]

// A handler of a pattern is none of every pattern.
const showUser: Handler<{ id: string }> = (ctx) => ctx.text(ctx.params.id)
// @ts-expect-error it reads a parameter
const anywhere: Handler = showUser
const everywhere: Handler<{ id: string }> = handlers[0] as Handler
void [anywhere, everywhere]

// Middleware gets the reply back from next, and returns one.
const timing: Middleware = async (_ctx, next) => (await next()).header('x', '1')
const replaced: Middleware = (ctx) => ctx.empty()
// @ts-expect-error the return is missing
const forgetful: Middleware = async (_ctx, next) => {
  await next()
}
const wrong: Middleware = async (_ctx, next) => {
  const reply = await next()
  same<typeof reply, Reply>(true)
  // @ts-expect-error a reply has no such method
  reply.send()
  return reply
}
void [timing, replaced, forgetful, wrong]

// Replies.
bare.respond('x', { status: 201, type: 'text/plain' }).status(202).header('a', 'b').append('a', 'c')
// @ts-expect-error unknown option
bare.respond('x', { code: 201 })
// @ts-expect-error a number is no body
bare.respond(1)
bare.stream(new ReadableStream<Uint8Array>())
// @ts-expect-error a text is no stream
bare.stream('text')
// @ts-expect-error a header is text
bare.empty().header('x', 1)

// Bodies: what anybody may send is unknown, a field is text or missing, a part is a field or a file.
same<ReturnType<typeof ctx.body>, Promise<unknown>>(true)
same<ReturnType<typeof ctx.param>, Promise<string | undefined>>(true)
export async function bodies(): Promise<void> {
  const { values, files } = await ctx.form()
  same<typeof values.name, FormValue | undefined>(true)
  files[0]?.stream()
  // @ts-expect-error a value may be nested
  values.name?.toUpperCase()
  // @ts-expect-error files cannot be replaced
  files[0] = undefined
  for await (const part of ctx.request.parts()) {
    if (part.kind === 'field') part.value.toUpperCase()
    else for await (const bytes of part) bytes.byteLength.toFixed()
    // @ts-expect-error only a field has a value
    part.value
  }
}

// Events come from an iterable or from a function that makes one.
async function* ticks() {
  yield { id: 1, data: { any: ['JSON'] } }
}
ctx.sse(ticks)
ctx.sse(ticks(), { heartbeat: false })
ctx.sse(async function* ({ lastEventId, signal }) {
  signal.throwIfAborted()
  yield { id: lastEventId?.trim(), data: '' }
})
// @ts-expect-error not from a list
ctx.sse([{ data: 1 }])
// @ts-expect-error an event is an object
ctx.sse(async function* () {
  yield 'text'
})
// @ts-expect-error with data
ctx.sse(async function* () {
  yield { id: 1 }
})
