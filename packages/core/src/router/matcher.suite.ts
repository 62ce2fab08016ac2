import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Match, Matcher, MatcherEntry } from './matcher.ts'
import { LinearMatcher } from './matchers/linear.suite.ts'
import { createRandom, methods, pick, randomEntries, randomPath } from './random-routes.suite.ts'

type Create = (entries: readonly MatcherEntry[]) => Matcher<MatcherEntry>

/** The contract of matchers, for every implementation. */
export function testMatcher(name: string, create: Create): void {
  /** The pattern that answers, with its parameters; or the kind of the answer, with what is allowed. */
  function answers(routes: string, cases: Record<string, unknown>): void {
    const entries = parseRoutes(routes)
    for (const order of [entries, entries.toReversed()]) {
      const matcher = create(order)
      for (const [request, expected] of Object.entries(cases)) {
        const [method, path] = request.split(' ') as [string, string]
        assert.deepEqual(simplify(matcher.match(method, path)), expected, request)
      }
    }
  }

  describe(`matcher contract: ${name}`, () => {
    it('matches static paths, parameters and wildcards', () => {
      answers('GET / | GET /users | GET /users/:id | GET /users/:id/posts/:post | GET /files/*rest', {
        'GET /': ['GET /', {}],
        'GET /users': ['GET /users', {}],
        'GET /users/42': ['GET /users/:id', { id: '42' }],
        'GET /users/42/posts/a-b': ['GET /users/:id/posts/:post', { id: '42', post: 'a-b' }],
        'GET /files/css/site.css': ['GET /files/*rest', { rest: 'css/site.css' }],
        'GET /users/42/posts': 'not-found',
        'GET /user': 'not-found',
        'GET /userss': 'not-found',
        'GET /users/42/posts/1/2': 'not-found',
        'GET /Users': 'not-found',
      })
    })

    it('lets a wildcard match nothing', () => {
      answers('GET /files/*rest', { 'GET /files': ['GET /files/*rest', { rest: '' }] })
      answers('GET /*rest', { 'GET /': ['GET /*rest', { rest: '' }] })
      answers('GET /*rest | GET /', { 'GET /': ['GET /', {}] })
      answers('GET /files/*rest | GET /files', {
        'GET /files': ['GET /files', {}],
        'GET /filesx': 'not-found',
      })
    })

    it('prefers static to parameter to wildcard, segment by segment from the left', () => {
      answers('GET /:a/b | GET /a/:b | GET /a/*rest | GET /*all | GET /:a/:b/:c', {
        'GET /a/b': ['GET /a/:b', { b: 'b' }],
        'GET /x/b': ['GET /:a/b', { a: 'x' }],
        'GET /a/b/c': ['GET /a/*rest', { rest: 'b/c' }],
        'GET /x/y/z': ['GET /:a/:b/:c', { a: 'x', b: 'y', c: 'z' }],
        'GET /x': ['GET /*all', { all: 'x' }],
      })
    })

    it('goes back where a choice leads nowhere', () => {
      answers('GET /a/b/c | GET /a/:x/d | GET /:y/b/e | GET /*rest', {
        'GET /a/b/d': ['GET /a/:x/d', { x: 'b' }],
        'GET /a/b/e': ['GET /:y/b/e', { y: 'a' }],
        'GET /a/b/f': ['GET /*rest', { rest: 'a/b/f' }],
      })
    })

    it('matches by method', () => {
      answers('GET /users/new | GET /users/:id | POST /users/:name | PURGE /users/*rest', {
        'GET /users/new': ['GET /users/new', {}],
        'POST /users/new': ['POST /users/:name', { name: 'new' }],
        'PURGE /users/new': ['PURGE /users/*rest', { rest: 'new' }],
        'get /users/new': ['method-not-allowed', 'GET HEAD OPTIONS POST PURGE'],
      })
    })

    it('collects the allowed methods of all patterns that match the path', () => {
      answers('GET /users/new | PUT /users/:id | DELETE /users/*rest | POST /users', {
        'PATCH /users/new': ['method-not-allowed', 'DELETE GET HEAD OPTIONS PUT'],
        'PATCH /users/1': ['method-not-allowed', 'DELETE OPTIONS PUT'],
        'PATCH /users': ['method-not-allowed', 'DELETE OPTIONS POST'],
        'PATCH /user': 'not-found',
      })
    })

    it('forgets the allowed methods of the request before', () => {
      const matcher = create(parseRoutes('GET /a | POST /:x | GET /b/:x/c | DELETE /b/:x/:y'))
      assert.deepEqual(simplify(matcher.match('POST', '/a')), ['POST /:x', { x: 'a' }])
      assert.deepEqual(simplify(matcher.match('PUT', '/b/1/2')), ['method-not-allowed', 'DELETE OPTIONS'])
      assert.deepEqual(simplify(matcher.match('PUT', '/b/1/%7A')), ['method-not-allowed', 'DELETE OPTIONS'])
      assert.deepEqual(simplify(matcher.match('PUT', '/x/y')), 'not-found')
    })

    it('answers HEAD with HEAD, else with GET', () => {
      answers('GET /a | GET /b | HEAD /b | POST /c', {
        'HEAD /a': ['GET /a', {}],
        'HEAD /b': ['HEAD /b', {}],
        'GET /b': ['GET /b', {}],
        'HEAD /c': ['method-not-allowed', 'OPTIONS POST'],
      })
      answers('* /a | GET /a | * /b', { 'HEAD /a': ['GET /a', {}], 'HEAD /b': ['* /b', {}] })
    })

    it('uses a route for all methods where none of the same pattern names the method', () => {
      answers('GET /a | * /a | POST /:x', {
        'GET /a': ['GET /a', {}],
        'POST /a': ['* /a', {}],
        'POST /b': ['POST /:x', { x: 'b' }],
        'PUT /b': ['method-not-allowed', 'OPTIONS POST'],
      })
    })

    it('ignores one slash at the end', () => {
      answers('GET / | GET /users | GET /users/:id | GET /files/*rest', {
        'GET /users/': ['GET /users', {}],
        'GET /users/42/': ['GET /users/:id', { id: '42' }],
        'GET /files/': ['GET /files/*rest', { rest: '' }],
        'GET /files/a/': ['GET /files/*rest', { rest: 'a' }],
        'GET /users//': 'not-found',
        'GET /users/42//': 'not-found',
        'GET /%75sers/': ['GET /users', {}],
      })
    })

    it('matches no parameter with an empty segment', () => {
      answers('GET /:a | GET /:a/:b | GET /x/*rest', {
        'GET //': 'not-found',
        'GET ///': 'not-found',
        'GET //b': 'not-found',
        'GET /a//': 'not-found',
        'GET /x//y': ['GET /x/*rest', { rest: '/y' }],
        'GET /%78//%79': ['GET /x/*rest', { rest: '/y' }],
      })
    })

    it('decodes each segment once, after cutting', () => {
      answers('GET /hello | GET /caf\u00e9 | GET /users/:id | GET /users/:id/x | GET /files/*rest', {
        'GET /%68ello': ['GET /hello', {}],
        'GET /caf%C3%A9': ['GET /caf\u00e9', {}],
        'GET /users/a%2Fx': ['GET /users/:id', { id: 'a/x' }],
        'GET /users/a%252Fb': ['GET /users/:id', { id: 'a%2Fb' }],
        'GET /users/%20%25': ['GET /users/:id', { id: ' %' }],
        'GET /users/%F0%9F%98%80': ['GET /users/:id', { id: '\u{1f600}' }],
        'GET /users%2F1': 'not-found',
        'GET /files/a%20b/c%2Fd': ['GET /files/*rest', { rest: 'a b/c/d' }],
        'GET /users/%2F/': ['GET /users/:id', { id: '/' }],
      })
    })

    it('refuses broken encoding, whether or not a route matches', () => {
      const cases = ['%', '%zz', '%4', 'a%', '%C3', '%ff', '%C0%AF', '%ED%A0%80', '%00', 'a%00b']
      for (const bad of cases) {
        answers('GET /users/:id | GET /files/*rest', {
          [`GET /users/${bad}`]: 'malformed',
          [`GET /files/a/${bad}`]: 'malformed',
          [`GET /nothing/${bad}/x`]: 'malformed',
          [`POST /users/${bad}`]: 'malformed',
        })
      }
    })

    it('refuses dot segments', () => {
      for (const bad of ['.', '..', '%2e', '%2E%2e', '.%2e']) {
        answers('GET /users/:id | GET /files/*rest | GET /', {
          [`GET /users/${bad}`]: 'malformed',
          [`GET /${bad}`]: 'malformed',
          [`GET /files/${bad}/a`]: 'malformed',
          [`GET /files/a/${bad}/`]: 'malformed',
          [`GET /nothing/${bad}/x/y`]: 'malformed',
        })
      }
    })

    it('accepts dots that are not a whole segment', () => {
      answers('GET /.well-known/:x | GET /:id | GET /files/*rest', {
        'GET /.well-known/a': ['GET /.well-known/:x', { x: 'a' }],
        'GET /.hidden': ['GET /:id', { id: '.hidden' }],
        'GET /...': ['GET /:id', { id: '...' }],
        'GET /a..b': ['GET /:id', { id: 'a..b' }],
        'GET /files/.a/..b/c..': ['GET /files/*rest', { rest: '.a/..b/c..' }],
      })
    })

    it('refuses a wildcard that climbs behind an encoded slash or a backslash', () => {
      answers('GET /files/*rest | GET /users/:id', {
        'GET /files/a%2F..%2Fb': 'malformed',
        'GET /files/..%2Fb': 'malformed',
        'GET /files/a%5C..': 'malformed',
        'GET /files/a\\..\\b': 'malformed',
        'GET /files/a/..\\b': 'malformed',
        'GET /files/a\\b': ['GET /files/*rest', { rest: 'a\\b' }],
        'GET /files/a%2F..b': ['GET /files/*rest', { rest: 'a/..b' }],
        'GET /users/..%2Fb': ['GET /users/:id', { id: '../b' }],
      })
    })

    it('finds nothing for targets that are not paths', () => {
      answers('GET /*rest | OPTIONS /*rest | CONNECT /*rest | * /', {
        'OPTIONS *': 'not-found',
        'CONNECT example.com:443': 'not-found',
        'GET ': 'not-found',
      })
    })

    it('gives parameters by the names of the route that answers', () => {
      answers('GET /users/:id | PUT /users/:name | DELETE /users/:constructor', {
        'GET /users/1': ['GET /users/:id', { id: '1' }],
        'PUT /users/1': ['PUT /users/:name', { name: '1' }],
        'DELETE /users/1': ['DELETE /users/:constructor', { constructor: '1' }],
      })
    })

    it('agrees with the reference on random routes and paths', () => {
      const tables = process.env.ZZZ_TEST_SIZE === 'full' ? 5000 : 150
      for (let seed = 1; seed <= tables; seed++) {
        const random = createRandom(seed)
        const entries = randomEntries(random)
        const reference = new LinearMatcher(entries)
        const matcher = create(entries.toSorted(() => random(2) - 0.5))
        for (let i = 0; i < 60; i++) {
          const [method, path] = [pick(random, methods), randomPath(random)]
          const context = `seed ${seed}: ${method} ${path} in ${entries.map(show).join(' | ')}`
          assert.deepEqual(matcher.match(method, path), reference.match(method, path), context)
        }
      }
    })
  })
}

function parseRoutes(text: string): MatcherEntry[] {
  return text.split(' | ').map((line) => {
    const [method, pattern] = line.split(' ') as [string, string]
    return { method, pattern }
  })
}

function simplify(match: Match<MatcherEntry>): unknown {
  if (match.kind === 'found') return [show(match.entry), match.params]
  if (match.kind === 'method-not-allowed') return [match.kind, [...match.allowed].join(' ')]
  return match.kind
}

function show({ method, pattern }: MatcherEntry): string {
  return `${method} ${pattern}`
}
