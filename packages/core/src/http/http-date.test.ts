import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatHttpDate, parseHttpDate } from './http-date.ts'

const example = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('HTTP dates (RFC 9110 5.6.7)', () => {
  it('are written in the preferred form, in whole seconds', () => {
    assert.equal(formatHttpDate(example + 999), 'Sun, 06 Nov 1994 08:49:37 GMT')
  })

  it('are read in all three forms, in any case', () => {
    const forms = [
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
      'sun, 06 nov 1994 08:49:37 gmt',
    ]
    for (const form of forms) assert.equal(parseHttpDate(form), example, form)
  })

  it('take two digits for the year that is at most fifty years ahead', () => {
    const soon = (new Date().getUTCFullYear() + 10) % 100
    const text = `Friday, 01-Jan-${String(soon).padStart(2, '0')} 00:00:00 GMT`
    assert.equal(new Date(parseHttpDate(text) ?? 0).getUTCFullYear(), new Date().getUTCFullYear() + 10)
  })

  it('are undefined for anything else', () => {
    const others = [
      '',
      'now',
      '1994-11-06T08:49:37Z',
      '784111777',
      'Sun, 06 Nov 1994 08:49:37',
      'Sun, 06 Nov 1994 08:49:37 +0000',
      'Sun, 6 Nov 1994 08:49:37 GMT',
      'Sun, 31 Feb 1994 08:49:37 GMT',
      'Sun, 06 Foo 1994 08:49:37 GMT',
      'Sun, 06 Nov 1994 24:49:37 GMT',
      'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    ]
    for (const text of others) assert.equal(parseHttpDate(text), undefined, text)
  })
})
