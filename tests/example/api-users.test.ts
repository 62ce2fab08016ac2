import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { describeDatabases } from '../empty-databases.ts'
import { ExampleProcess } from '../example-process.ts'

/** The JSON API of the example, as programs see it, on every database and back end. */

interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly age: number | null
}

for (const BACKEND of ['zzz', 'node']) {
  describeDatabases(`/api/users on ${BACKEND}`, (create) => {
    let example: ExampleProcess
    before(async () => {
      example = await ExampleProcess.start({ BACKEND, DATABASE_URL: await create() })
    })
    after(() => example?.[Symbol.asyncDispose]())

    /** Answers are JSON, whatever they say, and no answer begins a session. */
    async function ask(method: string, path: string, body?: unknown, type = 'application/json') {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const init = body === undefined ? { method } : { method, body: text, headers: { 'content-type': type } }
      const { status, headers, ...response } = await fetchText(`${example.url}/api/users${path}`, init)
      if (status !== 204) assert.match(headers.get('content-type') ?? '', /^application\/(problem\+)?json/)
      assert.equal(headers.get('set-cookie'), null)
      return { status, headers, body: response.text === '' ? undefined : JSON.parse(response.text) }
    }

    let count = 0
    const fresh = (fields: object = {}) => ({ name: 'Ada', email: `ada${++count}@example.org`, ...fields })
    async function made(fields: object = {}): Promise<User> {
      const { status, body } = await ask('POST', '', fresh(fields))
      assert.equal(status, 201, JSON.stringify(body))
      return body as User
    }

    it('makes, shows, changes and deletes a user', async () => {
      const { status, headers, body } = await ask('POST', '', {
        name: 'Ada Lovelace',
        email: 'ada@example.org',
        age: 36,
      })
      assert.equal(status, 201)
      assert.partialDeepStrictEqual(body, { name: 'Ada Lovelace', email: 'ada@example.org', age: 36 })
      const path = `/${body.id}`
      assert.equal(headers.get('location'), `/api/users${path}`)
      assert.deepEqual(await ask('GET', path).then((shown) => [shown.status, shown.body]), [200, body])
      const changed = await ask('PATCH', path, { age: null, email: 'countess@example.org' })
      assert.equal(changed.status, 200)
      assert.partialDeepStrictEqual(changed.body, {
        name: 'Ada Lovelace',
        email: 'countess@example.org',
        age: null,
      })
      const deleted = await ask('DELETE', path)
      assert.deepEqual([deleted.status, deleted.body], [204, undefined])
      for (const method of ['GET', 'DELETE']) assert.equal((await ask(method, path)).status, 404)
      assert.equal((await ask('PATCH', path, {})).status, 404)
    })

    it('says what is wrong with each field', async () => {
      const cases: [body: object, errors: Record<string, string[]>][] = [
        [{}, { name: ["can't be blank"], email: ["can't be blank"] }],
        [
          { name: null, email: null, age: null },
          { name: ["can't be blank"], email: ["can't be blank"] },
        ],
        [fresh({ name: ' ' }), { name: ["can't be blank"] }],
        [fresh({ name: 'A' }), { name: ['should be at least 2 characters'] }],
        [fresh({ name: '😀' }), { name: ['should be at least 2 characters'] }],
        [fresh({ name: 'x'.repeat(101) }), { name: ['should be at most 100 characters'] }],
        [fresh({ name: 'x'.repeat(100_000) }), { name: ['should be at most 100 characters'] }],
        [fresh({ name: 5 }), { name: ['is invalid'] }],
        [fresh({ name: ['Ada'] }), { name: ['is invalid'] }],
        [fresh({ name: 'A\0a' }), { name: ['is invalid'] }],
        [fresh({ name: 'A\ud800' }), { name: ['is invalid'] }],
        [fresh({ email: `${'x'.repeat(250)}@a.bc` }), { email: ['should be at most 254 characters'] }],
        ...[
          'ada',
          '@example.org',
          'ada@',
          'ada@example',
          'a da@example.org',
          'ada@example..org',
          'a@b@c.de',
        ].map((email): [object, Record<string, string[]>] => [
          fresh({ email }),
          { email: ['has invalid format'] },
        ]),
        [fresh({ age: -1 }), { age: ['must be at least 0'] }],
        [fresh({ age: 151 }), { age: ['must be at most 150'] }],
        ...[1.5, 'old', true, {}, 1e300].map((age): [object, Record<string, string[]>] => [
          fresh({ age }),
          { age: ['is invalid'] },
        ]),
      ]
      const user = await made()
      for (const [body, errors] of cases) {
        const refused = await ask('POST', '', body)
        assert.deepEqual([refused.status, refused.body], [422, { errors }])
        if (Object.keys(body).length === 0) continue
        const kept = await ask('PATCH', `/${user.id}`, body)
        assert.deepEqual([kept.status, kept.body], [422, { errors }])
      }
      assert.deepEqual((await ask('GET', `/${user.id}`)).body, user)
    })

    it('answers in time to an address made to be slow', async () => {
      const email = `a@${'a.'.repeat(50_000)}`
      const { status, body } = await ask('POST', '', fresh({ email }))
      assert.equal(status, 422)
      assert.deepEqual(body.errors.email, ['has invalid format', 'should be at most 254 characters'])
    })

    it('takes limits, and names of any script', async () => {
      for (const fields of [
        { name: 'Al', age: 0 },
        { name: '😀'.repeat(100), age: 150 },
        { name: "Robert'); drop table users;--" },
        { name: 'محمد 李小龍 Ωμέγα' },
      ]) {
        const user = await made(fields)
        assert.partialDeepStrictEqual((await ask('GET', `/${user.id}`)).body, fields)
      }
      assert.equal((await made()).age, null)
    })

    it('refuses an address that is taken, also to two who ask at once', async () => {
      const [ada, bob] = [await made(), await made()]
      const errors = { email: ['has already been taken'] }
      for (const refused of [
        await ask('POST', '', fresh({ email: ada.email })),
        await ask('PATCH', `/${bob.id}`, { email: ada.email }),
      ]) {
        assert.deepEqual([refused.status, refused.body], [422, { errors }])
      }
      assert.equal((await ask('PATCH', `/${ada.id}`, { email: ada.email, name: 'Countess' })).status, 200)
      const same = fresh()
      const replies = await Promise.all(Array.from({ length: 10 }, () => ask('POST', '', same)))
      const statuses = replies.map(({ status }) => status).sort()
      assert.deepEqual(statuses, [201, ...Array(9).fill(422)])
      for (const { status, body } of replies) if (status === 422) assert.deepEqual(body, { errors })
    })

    it('changes nothing by an empty body, and leaves out what it does not know', async () => {
      const user = await made({ id: 1_000_000, admin: true, insertedAt: '1999-01-01T00:00:00Z' })
      assert.ok(user.id < 1_000_000)
      assert.ok(!('admin' in user))
      for (const body of [{}, { id: 7, admin: true, constructor: 1, toString: null }]) {
        const { status, body: kept } = await ask('PATCH', `/${user.id}`, body)
        assert.deepEqual([status, kept], [200, user])
      }
    })

    it('refuses bodies that are no JSON, of another type, or no object', async () => {
      const { id } = await made()
      for (const [method, path] of [
        ['POST', ''],
        ['PATCH', `/${id}`],
      ] as const) {
        for (const body of ['{"name":', '', 'name=Ada', '{"__proto__":{"age":1}}'])
          assert.equal((await ask(method, path, body)).status, 400, body)
        for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
          assert.equal((await ask(method, path, fresh(), type)).status, 415)
        for (const body of [[], null, 'text', 5]) {
          const { status, body: refused } = await ask(method, path, JSON.stringify(body))
          assert.deepEqual([status, refused.errors], [422, { body: ['should be an object'] }])
        }
      }
    })

    it('knows no user whose id is no number, and no other paths or methods', async () => {
      for (const id of ['x', '0', '-1', '1.0', '01', '1e1', '9007199254740992', '9'.repeat(40), '1%20'])
        for (const method of ['GET', 'DELETE', 'PATCH'])
          assert.equal((await ask(method, `/${id}`, method === 'PATCH' ? {} : undefined)).status, 404, id)
      assert.equal((await ask('GET', '/1/posts')).status, 404)
      assert.equal((await ask('PUT', '/1', {})).status, 405)
    })

    it('finds in names and addresses, minding no case and taking wildcards as they are', async () => {
      const mark = `q${++count}x`
      const percent = await made({ name: `${mark} 100% sure` })
      const score = await made({ name: `${mark} snake_case` })
      const slash = await made({ name: `${mark} back\\slash` })
      const address = await made({ email: `${mark}@example.org` })
      const found = async (q: string) => {
        const { body } = await ask('GET', `?q=${encodeURIComponent(q)}`)
        assert.equal(body.total, body.data.length)
        return body.data.map(({ id }: User) => id)
      }
      assert.deepEqual(await found(mark.toUpperCase()), [percent.id, score.id, slash.id, address.id])
      assert.deepEqual(await found(`${mark} 100%`), [percent.id])
      assert.deepEqual(await found(`${mark}%sure`), [])
      assert.deepEqual(await found('e_C'), [score.id])
      assert.deepEqual(await found(`${mark}_`), [])
      assert.deepEqual(await found('K\\S'), [slash.id])
      assert.deepEqual(await found(`${mark}@EXAMPLE`), [address.id])
      assert.deepEqual(await found("'; drop table users; --"), [])
      assert.deepEqual(await found('%'.repeat(2000)), [])
      assert.equal((await ask('GET', '?q=%00')).status, 400)
    })

    it('finds text of any script as it is written', async () => {
      const { id } = await made({ name: 'Ωμέγα 李小龍 😀' })
      for (const q of ['Ωμέγα', '小龍', '😀']) {
        const { body } = await ask('GET', `?q=${encodeURIComponent(q)}`)
        assert.equal(body.data.at(-1)?.id, id, q)
      }
    })

    it('is deleted once by many who delete, while others change it', async () => {
      const { id } = await made()
      const replies = await Promise.all(
        Array.from({ length: 10 }, async (_, age) => ({
          deleted: (await ask('DELETE', `/${id}`)).status,
          changed: (await ask('PATCH', `/${id}`, { age })).status,
        })),
      )
      const deleted = replies.map((reply) => reply.deleted).sort()
      assert.deepEqual(deleted, [204, ...Array(9).fill(404)])
      // 409 is for one who read the user before it was deleted.
      for (const { changed } of replies) assert.ok(changed === 404 || changed === 409, String(changed))
    })

    it('gives out pages of what is there', async () => {
      const mark = `p${++count}x`
      const ids: number[] = []
      for (let i = 0; i < 5; i++) ids.push((await made({ name: `${mark} ${i}` })).id)
      const page = async (query: string) => {
        const { status, headers, body } = await ask('GET', `?q=${mark}&${query}`)
        assert.equal(status, 200)
        return { ...body, data: body.data.map(({ id }: User) => id), link: headers.get('link') }
      }
      const { link, ...second } = await page('page=2&per_page=2')
      assert.deepEqual(second, { data: ids.slice(2, 4), page: 2, per_page: 2, total: 5 })
      assert.match(link, new RegExp(`<\\?q=${mark}&page=3&per_page=2>; rel="next"`))
      assert.partialDeepStrictEqual(await page(''), { data: ids, page: 1, per_page: 20, total: 5 })
      assert.partialDeepStrictEqual(await page('page=&per_page='), { data: ids, page: 1, per_page: 20 })
      assert.partialDeepStrictEqual(await page('per_page=5000'), { data: ids, per_page: 100 })
      assert.partialDeepStrictEqual(await page('page=10000000000000'), { data: [], total: 5 })
      for (const query of [
        'page=0',
        'page=-1',
        'page=x',
        'page=1.5',
        'per_page=0',
        'per_page=x',
        `page=${'9'.repeat(30)}`,
      ])
        assert.equal((await ask('GET', `?${query}`)).status, 400, query)
    })

    it('asks for no token, and says that it is ready', async () => {
      const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'none' }
      const init = { method: 'POST', body: JSON.stringify(fresh()), headers }
      assert.equal((await fetchText(`${example.url}/api/users`, init)).status, 201)
      const ready = await fetchText(`${example.url}/health/ready`)
      assert.deepEqual(JSON.parse(ready.text), { status: 'ok', checks: { database: 'ok' } })
    })
  })
}

async function fetchText(url: string, init?: RequestInit) {
  const response = await fetch(url, init)
  return { status: response.status, headers: response.headers, text: await response.text() }
}
