import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HeaderList } from './header-list.ts'

const sample = () =>
  HeaderList.from([
    ['Vary', 'accept'],
    ['Set-Cookie', 'a=1'],
    ['vary', 'origin'],
    ['set-cookie', 'b=2'],
  ])

describe('HeaderList', () => {
  it('keeps lines in order, names in lower case', () => {
    assert.deepEqual(
      [...sample()],
      [
        ['vary', 'accept'],
        ['set-cookie', 'a=1'],
        ['vary', 'origin'],
        ['set-cookie', 'b=2'],
      ],
    )
  })

  it('looks up in any case and joins several lines', () => {
    const list = sample()
    assert.equal(list.get('VARY'), 'accept, origin')
    assert.equal(list.get('nope'), undefined)
    assert.deepEqual(list.getAll('SET-cookie'), ['a=1', 'b=2'])
    assert.deepEqual(list.getAll('nope'), [])
    assert.equal(list.has('Vary'), true)
    assert.equal(list.has('var'), false)
  })

  it('does not take a value for a name', () => {
    const list = HeaderList.from([['x-one', 'x-two']])
    assert.equal(list.has('x-two'), false)
    assert.equal(list.get('x-two'), undefined)
    list.delete('x-two')
    assert.equal(list.get('x-one'), 'x-two')
  })

  it('joins cookies as cookies', () => {
    const list = HeaderList.unchecked(['cookie', 'a=1', 'cookie', 'b=2'])
    assert.equal(list.get('Cookie'), 'a=1; b=2')
  })

  it('set replaces every line where the first one stood', () => {
    const list = sample()
    list.set('Vary', '*')
    assert.deepEqual(
      [...list],
      [
        ['vary', '*'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    )
    list.set('X-New', '')
    assert.equal(list.get('x-new'), '')
  })

  it('append adds, delete removes all', () => {
    const list = sample()
    list.append('Vary', 'cookie')
    assert.deepEqual(list.getAll('vary'), ['accept', 'origin', 'cookie'])
    list.delete('SET-COOKIE')
    assert.equal(list.has('set-cookie'), false)
    assert.equal(list.flat.length, 6)
  })

  it('refuses names that are no tokens', () => {
    for (const name of ['', 'a b', 'a:', 'a\r\n', 'ä', '"', '(x)', 'a/b']) {
      for (const method of ['set', 'append'] as const) {
        assert.throws(() => new HeaderList()[method](name, 'x'), {
          code: 'ZZZ_HEADER_INVALID',
          message: /token/,
        })
      }
    }
    assert.throws(() => HeaderList.from([['a b', 'x']]), { code: 'ZZZ_HEADER_INVALID' })
    new HeaderList().set("!#$%&'*+-.^_`|~0Az", 'x')
  })

  it('refuses values that could split a response or are not Latin-1', () => {
    for (const value of ['a\r\nx: y', '\n', '\r', '\0', '\x7f', 'a\x1b[2J', 'ś', '👋']) {
      assert.throws(() => new HeaderList().set('x', value), {
        code: 'ZZZ_HEADER_INVALID',
        message: /header x/,
      })
    }
    for (const value of ['', 'a\tb', ' ', 'ü', '\xff', '"~']) new HeaderList().append('x', value)
  })

  it('is unchanged by what it refuses', () => {
    const list = HeaderList.from([['x', 'good']])
    assert.throws(() => list.set('x', 'bad\n'))
    assert.deepEqual([...list], [['x', 'good']])
  })
})
