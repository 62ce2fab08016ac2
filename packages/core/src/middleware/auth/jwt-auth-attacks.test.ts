import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { exportJWK, jwtVerify } from 'jose'
import { makeRequest } from '../../http/request.suite.ts'
import type { JwtClaims } from './jwt/claims.ts'
import {
  answer,
  appWith,
  ask,
  ec,
  encode,
  forge,
  hmac,
  hs256,
  now,
  otherRsa,
  pem,
  rs256,
  rsa,
  secret,
} from './jwt-auth.suite.ts'
import { type JwtAuthOptions, jwtAuth } from './jwt-auth.ts'

describe('jwtAuth: attacks', () => {
  const set = async () => ({ keys: [await exportJWK(rsa.publicKey)] })
  /** Every way to hold keys, with a token that would be good but for the attack. */
  const holders = async (): Promise<JwtAuthOptions[]> => [
    { secret },
    { publicKey: rsa.publicKey },
    { jwks: await set() },
  ]

  it('no algorithm', async () => {
    for (const options of await holders()) {
      for (const alg of [
        'none',
        'None',
        'NONE',
        'nOnE',
        '',
        undefined,
        null,
        7,
        ['HS256'],
        { toString: 'HS256' },
      ]) {
        for (const signature of ['', 'AA', hmac()(`${encode({ alg })}.${encode({ sub: 'x' })}`)]) {
          const verdict = await ask(
            options,
            forge({ alg }, { sub: 'x' }, () => signature),
          )
          assert.match(String(verdict), /^401 The token is (?:signed with an algorithm|not of the form)/)
        }
      }
    }
  })

  it('a public key taken for a secret', async () => {
    const der = rsa.publicKey.export({ type: 'spki', format: 'der' })
    const jwk = JSON.stringify(await exportJWK(rsa.publicKey))
    for (const options of (await holders()).slice(1)) {
      for (const key of [pem, pem.trim(), der.toString('latin1'), jwk]) {
        const token = forge({ alg: 'HS256' }, { sub: 'x' }, hmac(Buffer.from(key)))
        assert.match(String(await ask(options, token)), /^401 .*not allowed/)
      }
    }
    assert.throws(() => jwtAuth({ secret: pem }), /holds a key in PEM/)
    for (const options of [
      { publicKey: pem, algorithms: ['HS256'] },
      { publicKey: pem, algorithms: ['RS256', 'HS256'] },
      { jwks: await set(), algorithms: ['HS256'] },
      { secret, algorithms: ['RS256'] },
      { secret, algorithms: ['none'] },
      { publicKey: ec.publicKey, algorithms: ['RS256'] },
    ]) {
      assert.throws(() => jwtAuth(options), { code: 'ZZZ_OPTION_INVALID', message: /"algorithms"/ })
    }
  })

  it('another key, and another content', async () => {
    assert.match(String(await ask({ secret }, forge({ alg: 'HS256' }, {}, hmac('x')))), /^401 The signature/)
    assert.match(
      String(await ask({ publicKey: pem }, forge({ alg: 'RS256' }, {}, rs256(otherRsa.privateKey)))),
      /^401 The signature/,
    )
    const [header, , signature] = hs256({ sub: 'ada' }).split('.')
    assert.match(
      String(await ask({ secret }, `${header}.${encode({ sub: 'eve' })}.${signature}`)),
      /^401 The sig/,
    )
    assert.match(
      String(await ask({ secret }, hs256({ sub: 'ada' }).replace(/^[^.]+/, encode({ alg: 'HS256', x: 1 })))),
      /^401 The signature/,
    )
  })

  it('a signature that is cut, longer, or written in another way', async () => {
    const token = hs256({ sub: 'ada' })
    const last = token.at(-1) as string
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // The two lowest bits of the last character stand for nothing, so another one decodes to the same bytes.
    const twin = alphabet[alphabet.indexOf(last) ^ 1]
    assert.deepEqual(Buffer.from(`A${twin}`, 'base64url').length, 1)
    for (const other of [token.slice(0, -1), `${token}A`, token.slice(0, -1) + twin]) {
      assert.match(String(await ask({ secret }, other)), /^401 The signature/)
    }
    for (const other of [
      `${token}=`,
      `${token}.`,
      `.${token}`,
      token.replaceAll('.', '..'),
      `${token}.a.b`,
    ]) {
      assert.match(String(await ask({ secret }, other)), /^40[01] /)
    }
  })

  it('a key that the token brings along', async () => {
    const jwk = await exportJWK(otherRsa.publicKey)
    const certificate = otherRsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    for (const extra of [
      { jwk },
      { jku: 'http://127.0.0.1:1/keys' },
      { x5u: 'http://127.0.0.1:1/x' },
      { x5c: [certificate] },
      { kid: '../../dev/null' },
    ]) {
      for (const options of (await holders()).slice(1)) {
        const token = forge({ alg: 'RS256', ...extra }, { sub: 'x' }, rs256(otherRsa.privateKey))
        assert.match(String(await ask(options, token)), /^401 /)
      }
      // They do not harm a token that is good without them.
      if ('kid' in extra) continue
      const good = forge({ alg: 'RS256', ...extra }, { sub: 'ada' }, rs256())
      assert.deepEqual(await ask({ publicKey: pem }, good), { sub: 'ada' })
    }
  })

  it('critical extensions', async () => {
    for (const crit of [['exp'], ['b64'], [], null, 'exp']) {
      const token = hs256({ sub: 'x' }, { crit, b64: true })
      assert.equal(
        await ask({ secret }, token),
        '401 The token has critical extensions, and none is supported',
      )
    }
  })

  it('a header that was good does not make the next one good', async () => {
    const app = appWith({ secret })
    assert.deepEqual(await answer(app, hs256({ sub: 'ada' })), { sub: 'ada' })
    assert.match(
      String(
        await answer(
          app,
          forge({ alg: 'none' }, {}, () => 'AA'),
        ),
      ),
      /^401 .*not allowed/,
    )
    assert.deepEqual(await answer(app, hs256({ sub: 'ada' })), { sub: 'ada' })
  })

  it('garbage of any kind', async () => {
    const deep = '['.repeat(2000) + ']'.repeat(2000)
    for (const payload of [
      '',
      'null',
      '7',
      '"text"',
      '[]',
      '{',
      deep,
      '{"exp":1e999}',
      '{"sub":["x"]}',
      '{"nbf":"0"}',
    ]) {
      for (const token of [hs256(payload), forge({ alg: 'HS256' }, payload, hmac())]) {
        assert.match(String(await ask({ secret }, token)), /^401 /, payload.slice(0, 20))
      }
    }
    for (const header of [
      '',
      'null',
      '[]',
      'HS256',
      '{"alg":"HS256"',
      '\0',
      deep,
      '{"alg":"HS256","kid":7}',
    ]) {
      assert.match(String(await ask({ secret }, forge(header, {}, hmac()))), /^401 /, header.slice(0, 20))
    }
    for (const token of ['a', 'a.b', 'a.b.c', 'a.b.c.d.e', '..', `${'a'.repeat(2000)}.b.c`, 'Bearer']) {
      assert.match(String(await ask({ secret }, token)), /^401 /, token.slice(0, 20))
    }
    const proto = await ask({ secret }, hs256('{"__proto__":{"sub":"admin"}}'))
    assert.equal((proto as JwtClaims).sub, undefined)
  })

  it('a huge token, and many times the same header field', async () => {
    const token = hs256({ x: 'x'.repeat(6000) })
    assert.ok(token.length < 8192)
    assert.notEqual(typeof (await ask({ secret }, token)), 'string')
    const larger = hs256({ x: 'x'.repeat(7000) })
    assert.equal(await ask({ secret }, larger), '401 The token is longer than 8192 characters')
    assert.notEqual(typeof (await ask({ secret, maxLength: 20_000 }, larger)), 'string')
    const twice = appWith({ secret }).handle(
      makeRequest({
        headers: ['authorization', `Bearer ${hs256({})}`, 'authorization', `Bearer ${hs256({})}`],
      }),
    )
    assert.equal((await twice).statusCode, 400)
    const duplicated = hs256('{"sub":"eve","sub":"ada"}')
    assert.deepEqual(await ask({ secret }, duplicated), { sub: 'ada' })
  })
})

it('jwtAuth agrees with jose on tokens of all kinds, good and damaged', async () => {
  const key = Buffer.from(secret)
  const app = appWith({ secret, issuer: 'i', audience: 'a', clockTolerance: 5, maxAge: 100 })
  const rules = {
    algorithms: ['HS256'],
    issuer: 'i',
    audience: 'a',
    clockTolerance: 5,
    maxTokenAge: 100,
    currentDate: new Date(now * 1000),
  }
  let seed = 7
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const pick = <T>(...values: readonly T[]): T => values[random(values.length)] as T
  const time = () => pick<unknown>(now, now, now - 5, now + 5, now + 6, now - 106, now + 1000, undefined, '1')
  const counts = { good: 0, bad: 0 }
  const size = process.env.ZZZ_TEST_SIZE === 'full' ? 10_000 : 1500
  for (let i = 0; i < size; i++) {
    const header = {
      alg: pick('HS256', 'HS256', 'HS256', 'HS512', 'none'),
      ...pick({}, {}, { crit: ['exp'] }),
    }
    const payload = {
      iss: pick<unknown>('i', 'i', 'i', 'x', ['i']),
      aud: pick<unknown>('a', 'a', ['a', 'b'], ['b'], undefined),
      exp: pick<unknown>(now + 60, now + 60, time()),
      nbf: pick<unknown>(undefined, now, time()),
      iat: pick<unknown>(now, now, time()),
    }
    let token = forge(header, payload, hmac())
    if (random(4) === 0) {
      const at = random(token.length)
      // The last character is left alone: jose takes any spelling of a signature, we take one.
      token = token.slice(0, at) + pick('A', '.', '-', 'x') + token.slice(at + 1, -1) + token.at(-1)
    }
    const theirs = await jwtVerify(token, key, rules).then(
      () => true,
      () => false,
    )
    const ours = typeof (await answer(app, token)) !== 'string'
    assert.equal(ours, theirs, token)
    counts[ours ? 'good' : 'bad']++
  }
  assert.ok(counts.good > size / 20 && counts.bad > size / 20, JSON.stringify(counts))
})
