import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatEvent, type ServerEvent } from './server-event.ts'

describe('formatEvent', () => {
  const rows: readonly [ServerEvent, string][] = [
    [{ data: 'a' }, 'data: a\n\n'],
    [{ data: '' }, 'data: \n\n'],
    [{ data: { a: [1, null] } }, 'data: {"a":[1,null]}\n\n'],
    [{ data: null }, 'data: null\n\n'],
    [{ data: 7 }, 'data: 7\n\n'],
    [{ data: 'a\nb' }, 'data: a\ndata: b\n\n'],
    [{ data: 'a\r\nb\rc\n' }, 'data: a\ndata: b\ndata: c\ndata: \n\n'],
    [{ data: '\n\nid: forged' }, 'data: \ndata: \ndata: id: forged\n\n'],
    [{ data: ' \ufeffa\u2028b' }, 'data:  \ufeffa\u2028b\n\n'],
    [{ data: ['a\nb'] }, 'data: ["a\\nb"]\n\n'],
    [{ id: 'x y', event: 'price', retry: 0, data: 'a' }, 'id: x y\nevent: price\nretry: 0\ndata: a\n\n'],
    [{ id: 12, data: 'a' }, 'id: 12\ndata: a\n\n'],
    [{ id: '', event: '', data: 'a' }, 'id: \nevent: \ndata: a\n\n'],
    [{ id: undefined, event: undefined, retry: undefined, data: 'a' }, 'data: a\n\n'],
  ]
  for (const [event, text] of rows) it(JSON.stringify(text), () => assert.equal(formatEvent(event), text))

  it('refuses what could forge a field or be lost', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    for (const event of [
      { id: 'a\ndata: forged', data: '' },
      { id: 'a\r', data: '' },
      { id: 'a\0', data: '' },
      { id: {}, data: '' },
      { event: 'a\n\ndata: forged', data: '' },
      { event: 'a\rb', data: '' },
      { event: 7n, data: '' },
      { retry: -1, data: '' },
      { retry: 1.5, data: '' },
      { retry: '1\n', data: '' },
      { data: undefined },
      { data: () => {} },
      { data: cyclic },
      { data: 1n },
      {},
      undefined,
      'text',
    ]) {
      assert.throws(() => formatEvent(event as ServerEvent), { code: 'ZZZ_EVENT_INVALID' })
    }
  })
})
