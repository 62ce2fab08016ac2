import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context } from '../../context/context.ts'
import { compress } from '../compress/compress.ts'
import { setup } from './response-cache.suite.ts'

describe('responseCache: Vary', () => {
  const byLanguage = (ctx: Context, run: number) =>
    ctx.text(`${ctx.header('accept-language')} ${run}`).header('vary', 'Accept-Language')

  it('keeps one reply for each combination of values', async () => {
    const { text, state } = setup({}, byLanguage)
    const german = { 'accept-language': 'de' }
    const french = { 'accept-language': 'fr' }
    assert.equal(await text('/', german), 'de 1')
    assert.equal(await text('/', french), 'fr 2')
    assert.equal(await text('/'), 'undefined 3')
    assert.equal(await text('/', german), 'de 1')
    assert.equal(await text('/', { ...french, 'x-other': '1' }), 'fr 2')
    assert.equal(await text('/'), 'undefined 3')
    assert.equal(state.runs, 3)
  })

  it('learns further names', async () => {
    const { text, state } = setup({}, (ctx, run) =>
      ctx.text(`run ${run}`).header('vary', ctx.header('x-a') === undefined ? 'x-a' : 'x-b'),
    )
    assert.equal(await text('/'), 'run 1')
    assert.equal(await text('/', { 'x-a': '1', 'x-b': '1' }), 'run 2')
    assert.equal(await text('/', { 'x-a': '1', 'x-b': '2' }), 'run 3')
    assert.equal(await text('/', { 'x-a': '1', 'x-b': '1' }), 'run 2')
    assert.equal(await text('/', { 'x-a': '1', 'x-b': '2' }), 'run 3')
    assert.equal(state.runs, 3)
  })

  it('takes names from its options, and says them', async () => {
    const { ask, text } = setup({ vary: ['accept-language'] })
    const response = await ask('/', { 'accept-language': 'de' })
    assert.deepEqual([await response.text(), response.headers.get('vary')], ['run 1', 'accept-language'])
    assert.equal(await text('/', { 'accept-language': 'fr' }), 'run 2')
    const hit = await ask('/', { 'accept-language': 'de' })
    assert.deepEqual([await hit.text(), hit.headers.get('vary')], ['run 1', 'accept-language'])
    assert.equal((await ask('/', { cookie: 'a=b' })).headers.get('vary'), 'accept-language')
  })

  it('keeps the forms of compress inside of it apart', async () => {
    const { ask, state } = setup({ inside: [compress({ threshold: 0 })] })
    for (const _ of [1, 2]) {
      for (const coding of ['gzip', 'br']) {
        assert.equal((await ask('/', { 'accept-encoding': coding })).headers.get('content-encoding'), coding)
      }
    }
    assert.equal(state.runs, 2)
  })
})
