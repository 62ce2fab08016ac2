import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { exportJWK, SignJWT } from 'jose'
import { createApp } from '../../app/app.ts'
import { manualClock } from '../../clock.suite.ts'
import { assign } from '../../context/assign.ts'
import { Reply } from '../../http/reply.ts'
import { makeRequest } from '../../http/request.suite.ts'
import { get } from '../../router/route.ts'
import {
  answer,
  appWith,
  ask,
  clock,
  ec,
  ed,
  forge,
  hmac,
  hs256,
  now,
  otherRsa,
  pem,
  rsa,
  secret,
} from './jwt-auth.suite.ts'
import { type JwtAuthOptions, type JwtPrincipalOptions, jwtAuth } from './jwt-auth.ts'

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
      [{}, /exactly one of the options "secret", "publicKey" and "jwks" is needed$/],
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
