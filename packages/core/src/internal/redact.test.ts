import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { redact } from './redact.ts'
import { isSecretName, redactUrls } from './secret-names.ts'

describe('isSecretName', () => {
  it('knows names of secrets in every spelling', () => {
    const names = [
      'authorization',
      'Proxy-Authorization',
      'COOKIE',
      'set-cookie',
      'password',
      'user_password',
    ]
    const more = [
      'passwordConfirmation',
      'db.passwd',
      'pwd',
      'X-API-Key',
      'apiKey',
      'accessToken',
      'CSRF-Token',
    ]
    for (const name of [
      ...names,
      ...more,
      'secretKeyBase',
      'private_key',
      'totp',
      'sessionId',
      'credentials',
    ])
      assert.equal(isSecretName(name), true, name)
  })

  it('lets other names be', () => {
    for (const name of [
      'user',
      'path',
      'author',
      'compass',
      'cook',
      'key',
      'session',
      'option',
      'requestId',
      '',
    ])
      assert.equal(isSecretName(name), false, name)
  })
})

describe('redactUrls', () => {
  it('hides the passwords of URLs, and nothing else', () => {
    assert.equal(redactUrls('to postgres://app:p4ss@db/x failed'), 'to postgres://app:[redacted]@db/x failed')
    assert.equal(
      redactUrls('redis://:p4ss@db and amqp://u:v@w'),
      'redis://:[redacted]@db and amqp://u:[redacted]@w',
    )
    for (const text of ['http://host:80/a@b', 'http://user@host/', 'a:b@c', 'x://'])
      assert.equal(redactUrls(text), text)
  })
})

describe('redact', () => {
  it('replaces what stands under the name of a secret, however deep', () => {
    const given = {
      user: { name: 'Ada', password: 'p', keys: [{ apiKey: 'k', id: 1 }] },
      headers: new Map([
        ['Authorization', 'Bearer x'],
        ['accept', '*/*'],
      ]),
      token: { nested: 'x' },
      url: 'https://u:p@host/',
    }
    const expected = {
      user: { name: 'Ada', password: '[redacted]', keys: [{ apiKey: '[redacted]', id: 1 }] },
      headers: { Authorization: '[redacted]', accept: '*/*' },
      token: '[redacted]',
      url: 'https://u:[redacted]@host/',
    }
    assert.deepEqual(redact(given), expected)
    assert.equal(given.user.password, 'p')
  })

  it('asks for other names where it is told to', () => {
    assert.deepEqual(
      redact({ iban: 'x', token: 'y' }, (name) => name === 'iban'),
      { iban: '[redacted]', token: 'y' },
    )
  })

  it('keeps plain values and makes the others readable', () => {
    const given = [
      1,
      true,
      null,
      undefined,
      'text',
      10n,
      Symbol('s'),
      () => 1,
      new Date(0),
      Buffer.from('ab'),
    ]
    const expected = [
      ...[1, true, null, undefined, 'text', '10', 'Symbol(s)', '[function]'],
      ...['1970-01-01T00:00:00.000Z', '[2 bytes]'],
    ]
    assert.deepEqual(redact(given), expected)
    assert.partialDeepStrictEqual(redact({ reason: new RangeError('x') }), {
      reason: { type: 'RangeError', message: 'x' },
    })
  })

  it('cuts what is endless', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    assert.ok(JSON.stringify(redact(cycle)).endsWith(`"[cut]"${'}'.repeat(8)}`))
    const wide = redact(Array.from({ length: 5000 }, () => ({ a: [1, 2, 3] })))
    assert.ok(JSON.stringify(wide).length < 20_000)
    assert.ok(String(redact('x'.repeat(1e6))).length < 10_000)
    const jungle: unknown[] = []
    for (let i = 0; i < 100; i++) jungle.push(jungle, { jungle })
    assert.ok(JSON.stringify(redact(jungle)).length < 100_000)
  })

  it('never throws, and makes no prototype', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const getter = {
      get a(): never {
        throw new Error('no')
      },
    }
    const json = {
      toJSON() {
        throw new Error('no')
      },
    }
    for (const value of [proxy, getter, json]) assert.equal(redact(value), '[unreadable]')
    const polluted = redact(JSON.parse('{"__proto__":{"polluted":true},"a":1}')) as object
    assert.equal('polluted' in polluted, false)
    assert.deepEqual(Object.keys(polluted), ['__proto__', 'a'])
    assert.deepEqual(redact(Object.assign(Object.create(null), { a: 1 })), { a: 1 })
  })
})
