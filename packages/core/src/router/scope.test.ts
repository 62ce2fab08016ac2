import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../context/context.ts'
import type { Middleware } from '../context/middleware.ts'
import { path } from './path.ts'
import { get } from './route.ts'
import { scope } from './scope.ts'

const handler = (ctx: Context) => ctx.text('')
const step: Middleware = (_ctx, next) => next()

describe('scope', () => {
  it('is plain frozen data', () => {
    const routes = [get('/', handler)]
    const made = scope('/api', { as: 'api', use: [step] }, routes)
    assert.deepEqual(made, {
      kind: 'scope',
      prefix: '/api',
      whole: false,
      name: 'api',
      use: [step],
      body: {},
      routes,
    })
    assert.ok(Object.isFrozen(made) && Object.isFrozen(made.routes) && Object.isFrozen(made.use))
    assert.deepEqual(scope('/api', routes), {
      kind: 'scope',
      prefix: '/api',
      whole: false,
      name: undefined,
      use: [],
      body: {},
      routes,
    })
    assert.equal(scope(path('/api/:v'), routes).prefix, '/api/:v')
  })

  it('refuses unknown and impossible options and what is not a list of routes', () => {
    const loose = scope as unknown as (...args: unknown[]) => unknown
    const refused = (args: unknown[], message: RegExp) => {
      assert.throws(() => loose(...args), { code: 'ZZZ_OPTION_INVALID', message })
    }
    refused(['/api', { prefix: 'x' }, []], /Scope \/api.*"prefix".*as, use/)
    refused(['/api', { use: [1] }, []], /"use"/)
    refused(['/api', { as: '' }, []], /"as"/)
    refused(['/api', { bodyLimit: Number.NaN }, []], /Scope \/api.*"bodyLimit"/)
    refused(['/api', { form: { directory: '' } }, []], /Scope \/api, form: .*"directory"/)
    refused(['/api', {}], /Scope \/api.*list of routes/)
    refused(['/api', {}, undefined], /list of routes, got undefined/)
    refused(['/api', [get('/', handler), handler]], /item 1 .* is not a route/)
    refused(['/api', [undefined]], /item 0/)
    assert.throws(() => scope('api', []), { code: 'ZZZ_ROUTE_PATTERN' })
  })
})
