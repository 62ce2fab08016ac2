import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeContext } from '../context/context.suite.ts'
import type { Handler, Middleware } from '../context/middleware.ts'
import { HttpError } from '../errors.ts'
import { Reply } from '../http/reply.ts'
import { compose } from './compose.ts'

const ok: Handler = (ctx) => ctx.text('ok')

/** Runs a pipeline, which must neither throw nor reject. */
const run = async (use: readonly Middleware[], handler: Handler = ok): Promise<Reply> =>
  compose(use, handler, 'GET /x')(makeContext())

/** A middleware that notes when it goes in and out. */
const noting =
  (log: string[], name: string): Middleware =>
  async (_ctx, next) => {
    log.push(`${name} in`)
    const reply = await next()
    log.push(`${name} out ${reply.statusCode}`)
    return reply
  }

describe('compose: order', () => {
  it('runs in, handler, out', async () => {
    const log: string[] = []
    const reply = await run([noting(log, 'a'), noting(log, 'b')], (ctx) => {
      log.push('handler')
      return ctx.text('x', 201)
    })
    assert.equal(reply.statusCode, 201)
    assert.deepEqual(log, ['a in', 'b in', 'handler', 'b out 201', 'a out 201'])
  })

  it('stops where a step answers itself', async () => {
    const log: string[] = []
    const reply = await run([noting(log, 'a'), (ctx) => ctx.text('stop', 401), noting(log, 'b')])
    assert.deepEqual([reply.body, log], ['stop', ['a in', 'a out 401']])
  })

  it('lets a step replace the reply and hand values on', async () => {
    const reply = await run([
      async (ctx, next) => ctx.text(`<${(await next()).body}>`),
      (_ctx, next) => Promise.resolve(next()).then((reply) => reply.header('x', '1')),
    ])
    assert.deepEqual([reply.body, reply.headers.has('x')], ['<ok>', false])
  })

  it('is used again and again, each run by itself', async () => {
    const pipeline = compose([(_ctx, next) => next()], ok, 'GET /x')
    const [first, second] = await Promise.all([pipeline(makeContext()), pipeline(makeContext())])
    assert.notEqual(first, second)
    assert.deepEqual([first.body, second.body], ['ok', 'ok'])
  })
})

describe('compose: now or later', () => {
  it('stays synchronous where no step is asynchronous, errors included', () => {
    const sync: Middleware = (_ctx, next) => next()
    const fail: Handler = () => {
      throw new Error('x')
    }
    assert.ok(compose([sync, sync], ok, '')(makeContext()) instanceof Reply)
    assert.ok(compose([], ok, '')(makeContext()) instanceof Reply)
    assert.ok(compose([sync], fail, '')(makeContext()) instanceof Reply)
    assert.ok(compose([sync], () => new Response('x'), '')(makeContext()) instanceof Reply)
  })

  it('takes anything that can be awaited', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is the point
    const thenable = { then: (resolve: (reply: Reply) => void) => resolve(new Reply(204, null)) }
    const reply = await run([], () => thenable as Promise<Reply>)
    assert.equal(reply.statusCode, 204)
  })
})

describe('compose: errors become replies at their step', () => {
  const teapot = new HttpError(418, 'short and stout')
  const handlers: Record<string, Handler> = {
    'a handler that throws': () => {
      throw teapot
    },
    'a handler that rejects': async () => {
      throw teapot
    },
    'a handler that returns a rejection': () => Promise.reject(teapot),
  }
  for (const [name, handler] of Object.entries(handlers)) {
    it(`${name}: the middleware around it sees a reply`, async () => {
      const log: string[] = []
      const reply = await run([noting(log, 'a'), noting(log, 'b')], handler)
      assert.deepEqual([reply.statusCode, reply.error], [418, teapot])
      assert.deepEqual(log, ['a in', 'b in', 'b out 418', 'a out 418'])
    })
  }

  const middleware: Record<string, Middleware> = {
    'before next': () => {
      throw teapot
    },
    'before next, later': async () => {
      throw teapot
    },
    'after next': async (_ctx, next) => {
      await next()
      throw teapot
    },
  }
  for (const [name, step] of Object.entries(middleware)) {
    it(`a middleware that throws ${name}: the one around it sees a reply`, async () => {
      const log: string[] = []
      const reply = await run([noting(log, 'a'), step])
      assert.deepEqual([reply.statusCode, reply.error], [418, teapot])
      assert.deepEqual(log, ['a in', 'a out 418'])
    })
  }

  it('what is no error becomes a 500 that keeps it', async () => {
    for (const thrown of ['text', undefined, null, 7]) {
      const reply = await run([], () => {
        throw thrown
      })
      assert.deepEqual([reply.statusCode, reply.error], [500, thrown])
    }
  })

  it('an error that cannot be shown is still a reply', async () => {
    const log: string[] = []
    const reply = await run([noting(log, 'a')], () => {
      throw new HttpError(400, 'x', { headers: { 'bad name': 'x' } })
    })
    assert.deepEqual([reply.statusCode, log], [500, ['a in', 'a out 500']])
  })
})

describe('compose: broken contracts', () => {
  const broken = async (use: readonly Middleware[], handler: Handler, code: string, message: RegExp) => {
    const { statusCode, error } = await run(use, handler)
    assert.equal(statusCode, 500)
    assert.equal((error as { code: string }).code, code)
    assert.match((error as Error).message, message)
  }

  it('next called twice names the middleware', async () => {
    const twice: Middleware = async function twice(_ctx, next) {
      await next()
      return next()
    }
    await broken([twice], ok, 'ZZZ_NEXT_TWICE', /^Middleware twice of GET \/x called next\(\) twice/)
    await broken([async (_ctx, next) => (await next()) && next()], ok, 'ZZZ_NEXT_TWICE', /\(anonymous\)/)
  })

  it('a missing return names what did not return', async () => {
    const nothing = (() => {}) as unknown as Handler
    const nothingLater = (async () => {}) as unknown as Handler
    for (const handler of [nothing, nothingLater]) {
      await broken(
        [],
        handler,
        'ZZZ_NO_REPLY',
        /^The handler of GET \/x returned undefined\. Is a return missing\?/,
      )
    }
    const forgetful = function forgetful(_ctx: unknown, next: () => unknown) {
      next()
    } as unknown as Middleware
    await broken([forgetful], ok, 'ZZZ_NO_REPLY', /^Middleware forgetful of GET \/x returned undefined/)
  })

  it('anything else is no reply either', async () => {
    const values: [unknown, RegExp][] = [
      ['text', /returned "text"\./],
      [null, /returned null\./],
      [42, /returned 42\./],
      [{ statusCode: 200 }, /returned a value of type object\./],
      [new Error('x'), /returned an error \(Error\)\. Throw it instead/],
    ]
    for (const [value, message] of values) {
      const handler = (() => value) as unknown as Handler
      await broken([], handler, 'ZZZ_NO_REPLY', message)
    }
  })
})

describe('compose: web responses', () => {
  it('a Response becomes a reply, from handlers and middleware, now and later', async () => {
    const respond = () =>
      new Response('web', {
        status: 202,
        headers: [
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ],
      })
    const runs = [
      run([], respond),
      run([], async () => respond()),
      run([respond]),
      run([async () => respond()]),
    ]
    for (const reply of await Promise.all(runs)) {
      assert.ok(reply instanceof Reply)
      assert.equal(reply.statusCode, 202)
      assert.deepEqual(reply.headers.getAll('set-cookie'), ['a=1', 'b=2'])
      assert.equal(await new Response(reply.body as ReadableStream).text(), 'web')
    }
  })

  it('Response.error() becomes a 500', async () => {
    assert.equal((await run([], () => Response.error())).statusCode, 500)
  })
})

describe('compose: what replies depend on', () => {
  it('is in Vary as soon as a reply leaves the step that made it', async () => {
    const seen: unknown[] = []
    const look: Middleware = async (ctx, next) => {
      const reply = await next()
      seen.push(reply.headers.get('vary'))
      ctx.varyOn('x-late')
      return reply
    }
    const handlers: Handler[] = [
      (ctx) => {
        ctx.varyOn('accept-language', 'x-a')
        return ctx.text('').header('vary', 'X-A')
      },
      async (ctx) => {
        ctx.varyOn('accept-language')
        ctx.varyOn('accept-language')
        return new Response('')
      },
      (ctx) => {
        ctx.varyOn('accept-language')
        throw new HttpError(404, 'x')
      },
    ]
    const replies = await Promise.all(handlers.map((handler) => run([look], handler)))
    assert.deepEqual(seen, ['X-A, accept-language', 'Accept, accept-language', 'accept-language'])
    assert.deepEqual(
      replies.map(({ headers }) => headers.get('vary')),
      ['X-A, accept-language, x-late', 'accept-language, x-late', 'Accept, accept-language, x-late'],
    )
  })

  it('refuses what is no header', async () => {
    for (const name of ['', 'a b', 'a\r\nb: c', 'ä']) {
      const reply = await run([], (ctx) => {
        ctx.varyOn(name)
        return ctx.text('')
      })
      assert.equal((reply.error as { code: string }).code, 'ZZZ_HEADER_INVALID')
    }
  })
})
