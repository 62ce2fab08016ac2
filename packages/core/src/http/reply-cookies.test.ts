import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CookieOptions } from './cookie.ts'
import { Reply } from './reply.ts'

const cookies = (reply: Reply) => reply.headers.getAll('set-cookie')
const plain = 'Path=/; HttpOnly; SameSite=Lax'
const secured = 'Path=/; HttpOnly; Secure; SameSite=Lax'

describe('reply.cookie', () => {
  it('is a line of the headers at once, so that whoever looks sees it', () => {
    const reply = new Reply(200, null).cookie('a', '1').cookie('b', '2')
    assert.deepEqual(cookies(reply), [`a=1; ${plain}`, `b=2; ${plain}`])
  })

  it('learns from the request whether it is secure', () => {
    const reply = new Reply(200, null).cookie('a', '1').append('set-cookie', 'own=1').cookie('b', '2')
    reply.cookies?.complete(true)
    assert.deepEqual(cookies(reply), [`a=1; ${secured}`, 'own=1', `b=2; ${secured}`])
    reply.cookie('c', '3')
    reply.cookies?.complete(true)
    assert.deepEqual(cookies(reply), [`a=1; ${secured}`, 'own=1', `b=2; ${secured}`, `c=3; ${secured}`])
    const open = new Reply(200, null).cookie('a', '1')
    open.cookies?.complete(false)
    assert.deepEqual(cookies(open), [`a=1; ${plain}`])
  })

  it('keeps to what it is told', () => {
    const reply = new Reply(200, null)
      .cookie('never', '1', { secure: false })
      .cookie('always', '1', { secure: true })
      .cookie('none', '1', { sameSite: 'none' })
      .cookie('__Host-x', '1')
    assert.match(
      cookies(reply).join(),
      /never=1; Path=\/; HttpOnly; SameSite=Lax,always=1.*Secure.*none=1.*Secure/,
    )
    const before = cookies(reply)
    reply.cookies?.complete(true)
    assert.deepEqual(cookies(reply), before)
    const impossible = { sameSite: 'none', secure: false } as const
    assert.throws(() => reply.cookie('x', '1', impossible), { code: 'ZZZ_COOKIE_INVALID' })
  })

  it('replaces the same cookie, which name, domain and path tell', () => {
    const reply = new Reply(200, null).cookie('a', '1').cookie('b', '1').cookie('a', '2', { path: '/' })
    assert.deepEqual(cookies(reply), [`b=1; ${plain}`, `a=2; ${plain}`])
    reply.cookie('a', '3', { path: '/x' }).cookie('a', '4', { domain: 'example.org' })
    assert.equal(cookies(reply).length, 4)
    reply.cookies?.complete(true)
    assert.equal(cookies(reply).filter((line) => line.includes('Secure')).length, 4)
  })

  it('changes nothing when its value is impossible, and nothing of others', () => {
    const reply = new Reply(200, null).cookie('a', '1')
    assert.throws(() => reply.cookie('a', 'x'.repeat(5000)), { code: 'ZZZ_COOKIE_TOO_LARGE' })
    assert.deepEqual(cookies(reply), [`a=1; ${plain}`])
    reply.headers.delete('set-cookie')
    reply.cookie('b', '1')
    reply.cookies?.complete(true)
    assert.deepEqual(cookies(reply), [`b=1; ${secured}`])
  })
})

describe('reply.clearCookie', () => {
  it('makes browsers forget it, where it was set', () => {
    const where: CookieOptions = { domain: 'example.org', path: '/a' }
    const reply = new Reply(200, null).cookie('a', '1', where).clearCookie('a', { ...where, maxAge: 60 })
    assert.deepEqual(cookies(reply), [
      'a=; Max-Age=0; Domain=example.org; Path=/a; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ])
    const prefixed = new Reply(200, null).clearCookie('__Host-a')
    assert.match(cookies(prefixed).join(), /^__Host-a=; Max-Age=0; Path=\/; .*Secure/)
  })
})
