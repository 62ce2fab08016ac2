import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { describe, it } from 'node:test'
import { exportJWK, jwtVerify, SignJWT } from 'jose'
import { createApp } from '../../app/app.ts'
import { manualClock } from '../../clock.suite.ts'
import { assign } from '../../context/assign.ts'
import { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import type { JwtClaims } from './jwt/claims.ts'
import { type JwtAuthOptions, type JwtPrincipalOptions, jwtAuth } from './jwt-auth.ts'

const secret = 'the secret of these tests, 32 bytes'
const now = 1_800_000_000
const clock = manualClock(now * 1000)
const claims = assign<JwtClaims>('claims')

function appWith(options: JwtAuthOptions) {
  return createApp({
    environment: 'production',
    use: [jwtAuth({ as: claims, clock, ...options })],
    routes: [get('/', (ctx) => ctx.json(ctx.find(claims) ?? null))],
  })
}

/** The claims of a token that is admitted, or status and reason. */
async function ask(options: JwtAuthOptions, token: string): Promise<unknown> {
  return answer(appWith(options), token)
}

async function answer(app: ReturnType<typeof appWith>, token: string): Promise<unknown> {
  const reply = await app.handle(makeRequest({ headers: { authorization: `Bearer ${token}` } }))
  if (reply.statusCode === 200) return JSON.parse(reply.body as string)
  const challenge = reply.headers.get('www-authenticate') ?? ''
  return `${reply.statusCode} ${/error_description="(.*)"/.exec(challenge)?.[1]}`
}

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token made by hand, so that it can be wrong in any way. */
function forge(header: unknown, payload: unknown, signer: (signed: string) => Buffer | string): string {
  const signed = `${encode(header)}.${encode(payload)}`
  const signature = signer(signed)
  return `${signed}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`
}

const hmac =
  (key: string | KeyObject | Buffer = secret, hash = 'sha256') =>
  (signed: string) =>
    createHmac(hash, key).update(signed).digest()
const hs256 = (payload: unknown, header: object = {}) =>
  forge({ alg: 'HS256', typ: 'JWT', ...header }, payload, hmac())

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed = generateKeyPairSync('ed25519')
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string
const rs256 =
  (key: KeyObject = rsa.privateKey) =>
  (signed: string) =>
    sign('sha256', Buffer.from(signed), key)

describe('jwtAuth: with a secret', () => {
  it('admits what the secret signed, at once', async () => {
    assert.deepEqual(await ask({ secret }, hs256({ sub: 'ada' })), { sub: 'ada' })
    const reply = appWith({ secret }).handle(
      makeRequest({ headers: { authorization: `Bearer ${hs256({ sub: 'ada' })}` } }),
    )
    assert.ok(reply instanceof Reply)
  })

  it('takes the other hashes only where they are allowed', async () => {
    const long = randomBytes(64)
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
    ] as const) {
      const token = forge({ alg }, { sub: 'ada' }, hmac(long, hash))
      assert.deepEqual(await ask({ secret: long, algorithms: [alg] }, token), { sub: 'ada' })
      assert.deepEqual(await ask({ secret: long, algorithms: ['HS256', 'HS384', 'HS512'] }, token), {
        sub: 'ada',
      })
      const other = alg === 'HS256' ? 'HS512' : 'HS256'
      assert.match(String(await ask({ secret: long, algorithms: [other] }, token)), /^401 .*not allowed/)
    }
  })

  it('takes several secrets, for a change of them', async () => {
    const old = 'the secret before, also 32 bytes long'
    const token = forge({ alg: 'HS256' }, { sub: 'ada' }, hmac(old))
    assert.deepEqual(await ask({ secret: [secret, old] }, token), { sub: 'ada' })
    assert.match(String(await ask({ secret: [secret] }, token)), /^401 The signature/)
  })
})

describe('jwtAuth: with a public key', () => {
  for (const [name, pair, alg] of [
    ['RSA', rsa, 'RS256'],
    ['P-256', ec, 'ES256'],
    ['Ed25519', ed, 'EdDSA'],
  ] as const) {
    it(`admits what an ${name} key signed, the first time and the next`, async () => {
      const token = await new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg }).sign(pair.privateKey)
      const jwk = await exportJWK(pair.publicKey)
      const asPem = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string
      for (const publicKey of [pair.publicKey, asPem, jwk]) {
        const app = appWith({ publicKey })
        for (let i = 0; i < 3; i++) assert.deepEqual(await answer(app, token), { sub: 'ada' })
        const broken = token.replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA'))
        assert.match(String(await answer(app, broken)), /^401 The signature/)
      }
      const set = { keys: [{ ...jwk, kid: 'one' }] }
      assert.deepEqual(await ask({ jwks: set }, token), { sub: 'ada' })
    })
  }

  it('tries the keys of a set that could have signed', async () => {
    const keys = await Promise.all([otherRsa, rsa, ec].map(({ publicKey }) => exportJWK(publicKey)))
    const token = await new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'RS256' }).sign(rsa.privateKey)
    assert.deepEqual(await ask({ jwks: { keys } }, token), { sub: 'ada' })
    assert.match(String(await ask({ jwks: { keys: keys.slice(0, 1) } }, token)), /^401 The signature/)
    assert.match(String(await ask({ jwks: { keys: keys.slice(2) } }, token)), /^401 .*not known/)
  })

  it('checks the times of a token it has seen again', async () => {
    const moving = manualClock(now * 1000)
    const token = await new SignJWT({ exp: now + 10 })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(ec.privateKey)
    const app = appWith({ publicKey: ec.publicKey, clock: moving })
    assert.deepEqual(await answer(app, token), { exp: now + 10 })
    moving.advance(10_000)
    assert.equal(await answer(app, token), '401 The token has expired')
  })
})

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

describe('jwtAuth: claims', () => {
  const check = (payload: object, options: Partial<JwtAuthOptions> = {}) =>
    ask({ secret, ...options }, hs256(payload)).then((verdict) =>
      typeof verdict === 'string' ? verdict : 'ok',
    )

  it('exp and nbf, to the second, and with tolerance', async () => {
    const expired = '401 The token has expired'
    const early = '401 The token is not valid yet'
    assert.equal(await check({ exp: now + 1, nbf: now }), 'ok')
    assert.equal(await check({ exp: now }), expired)
    assert.equal(await check({ exp: now - 29 }, { clockTolerance: 30 }), 'ok')
    assert.equal(await check({ exp: now - 30 }, { clockTolerance: 30 }), expired)
    assert.equal(await check({ nbf: now + 1 }), early)
    assert.equal(await check({ nbf: now + 30 }, { clockTolerance: 30 }), 'ok')
    assert.equal(await check({ nbf: now + 31 }, { clockTolerance: 30 }), early)
    assert.equal(await check({ exp: String(now + 60) }), '401 A time of the token is no number')
  })

  it('issuer and audience', async () => {
    const issuer = '401 The token is from another issuer'
    const audience = '401 The token is for another audience'
    const rules = { issuer: ['https://a.test', 'https://b.test'], audience: 'api' }
    assert.equal(await check({ iss: 'https://b.test', aud: 'api' }, rules), 'ok')
    assert.equal(await check({ iss: 'https://b.test', aud: ['web', 'api'] }, rules), 'ok')
    assert.equal(await check({ iss: 'https://b.test/', aud: 'api' }, rules), issuer)
    assert.equal(await check({ iss: ['https://b.test'], aud: 'api' }, rules), issuer)
    assert.equal(await check({ aud: 'api' }, rules), issuer)
    for (const aud of ['web', ['web'], [], undefined, { api: true }, 'api,web']) {
      assert.equal(await check({ iss: 'https://a.test', aud }, rules), audience)
    }
  })

  it('age, required claims and type', async () => {
    const aged = { maxAge: 60, clockTolerance: 5 }
    assert.equal(await check({ iat: now - 65 }, aged), 'ok')
    assert.equal(await check({ iat: now - 66 }, aged), '401 The token is too old')
    assert.equal(await check({ iat: now + 6 }, aged), '401 The token is issued in the future')
    assert.equal(await check({}, aged), '401 The token does not say when it was issued')
    assert.equal(
      await check({ sub: 'x' }, { requiredClaims: ['sub', 'exp'] }),
      '401 The token lacks the claim exp',
    )
    assert.equal(await check({}, { requiredClaims: ['toString'] }), '401 The token lacks the claim toString')
    const typed = (typ: unknown) => ask({ secret, typ: 'at+jwt' }, hs256({}, { typ }))
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt']) assert.deepEqual(await typed(typ), {})
    for (const typ of ['JWT', undefined, 7])
      assert.match(String(await typed(typ)), /^401 The token is of another type/)
  })

  it('become a principal, or nobody', async () => {
    const name = assign<string>('name')
    const principal: JwtPrincipalOptions<string>['principal'] = async ({ sub }) => sub === 'ada' && 'Ada'
    const app = createApp({
      environment: 'production',
      use: [jwtAuth({ secret, clock, principal, as: name })],
      routes: [get('/', (ctx) => ctx.json(ctx.get(name)))],
    })
    assert.equal(await answer(app, hs256({ sub: 'ada' })), 'Ada')
    assert.equal(await answer(app, hs256({ sub: 'eve' })), '401 The token is not valid')
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

describe('jwtAuth: options', () => {
  it('are refused where they cannot be', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    for (const [options, message] of [
      [{}, /exactly one of/],
      [{ secret, publicKey: pem }, /exactly one of/],
      [{ secret: '' }, /empty/],
      [{ secret: [] }, /empty/],
      [{ publicKey: 'x' }, /no public key/],
      [{ publicKey: { kty: 'oct', k: 'AAAA' } }, /no public key/],
      [{ publicKey: rsa.privateKey }, /it is a private key/],
      [{ publicKey: small }, /1024 bits/],
      [{ publicKey: generateKeyPairSync('x25519').publicKey }, /signs no tokens/],
      [{ jwks: 'http://id.example.com/keys' }, /URL of HTTPS/],
      [{ jwks: 'file:///keys' }, /URL of HTTPS/],
      [{ jwks: { keys: 7 } }, /./],
      [{ secret, algorithms: [] }, /"algorithms"/],
      [{}, /needs exactly one of the options "secret", "publicKey" and "jwks"$/],
      [{ secret: undefined }, /"secret" was given as undefined/],
      [{ secret, clockTolerance: -1 }, /"clockTolerance"/],
      [{ secret, issuer: [] }, /"issuer"/],
      [{ secret, requiredClaims: ['\u{1f511}'] }, /"requiredClaims"/],
      [{ secret, key: 'x' }, /no option "key"/],
    ] as unknown as [JwtAuthOptions, RegExp][]) {
      assert.throws(() => jwtAuth(options), message)
    }
  })

  it('a short secret is warned of, except in development and tests', async (t) => {
    const warned: Error[] = []
    const hear = (warning: Error) => void (warning.name === 'ZzzSecurityWarning' && warned.push(warning))
    process.on('warning', hear)
    t.after(() => process.off('warning', hear))
    const warnings = async (environment: string, options: JwtAuthOptions) => {
      warned.length = 0
      createApp({ environment, use: [jwtAuth(options)], routes: [] })
      await new Promise((resolve) => setImmediate(resolve))
      return warned.map(
        ({ message }) => /^jwtAuth: the secret has (\d+ bytes and needs \d+) /.exec(message)?.[1],
      )
    }
    for (const environment of ['development', 'test']) {
      assert.deepEqual(await warnings(environment, { secret: 'short' }), [])
    }
    assert.deepEqual(await warnings('production', { secret: 'x'.repeat(32) }), [])
    assert.deepEqual(await warnings('production', { secret: 'x'.repeat(31) }), ['31 bytes and needs 32'])
    assert.deepEqual(await warnings('staging', { secret: ['x'.repeat(32), 'x'] }), ['1 bytes and needs 32'])
    const algorithms: JwtAuthOptions['algorithms'] = ['HS256', 'HS512']
    assert.deepEqual(await warnings('production', { secret: 'x'.repeat(34), algorithms }), [
      '34 bytes and needs 64',
    ])
  })
})
