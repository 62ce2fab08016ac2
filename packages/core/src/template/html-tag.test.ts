import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Comprehension, Html, html, joinRendered, type Rendered, raw, TemplateError } from './index.ts'
import { compileTexts, renderText } from './template.suite.ts'

describe('html', () => {
  it('escapes values for where they stand', () => {
    const made = html`<a href="${'javascript:1'}" title=${'a b'} style="color: ${'red;x'}">${'<b>'}</a>`
    const expected = '<a href="about:invalid#zzz" title="a b" style="color: zzz-blocked">&lt;b&gt;</a>'
    assert.equal(String(made), expected)
    assert.equal(
      String(html`<script>f(${'</script>'}, ${[1, 2]})</script>`),
      '<script>f("\\u003c\\/script\\u003e", [1,2])</script>',
    )
  })

  it('prints what is there', () => {
    assert.equal(String(html`${null}${undefined}${false}${''}${0}${1n}${true}`), '01true')
    assert.equal(String(html`${['a', ['b', html`<i>`]]}`), 'ab<i>')
    assert.equal(String(html`<p class="${['a', 'b']}">`), '<p class="ab">')
    assert.equal(String(html``), '')
  })

  it('does not escape twice', () => {
    const inner = html`<b>${'&'}</b>`
    assert.ok(inner instanceof Html)
    assert.equal(String(html`<p>${inner}${raw('<i>')}</p>`), '<p><b>&amp;</b><i></p>')
    assert.equal(`${inner}`, '<b>&amp;</b>')
    assert.equal(JSON.stringify({ inner }), '{"inner":"<b>&amp;</b>"}')
  })

  it('refuses unsafe places when they run first', () => {
    const refused = [
      () => html`<${'b'}>`,
      () => html`<p ${'a'}>`,
      () => html`<p onclick="${'f'}">`,
      () => html`<script>"${'x'}"</script>`,
      () => html`<p title="${'x'}`,
    ]
    for (const make of refused) {
      assert.throws(make, (error) => error instanceof TemplateError && error.code === 'ZZZ_TEMPLATE_UNSAFE')
    }
  })
})

describe('parts', () => {
  const row = (name: string) => html`<li>${name}</li>`

  it('share their statics by identity', () => {
    const [a, b] = [row('a').toDynamic(), row('b').toDynamic()]
    assert.ok(typeof a === 'object' && typeof b === 'object' && 'dynamics' in a)
    assert.equal(a.statics, b.statics)
    assert.equal(a.fingerprint, b.fingerprint)
    assert.deepEqual(a, { statics: ['<li>', '</li>'], fingerprint: a.fingerprint, dynamics: ['a'] })
  })

  it('of a list are one comprehension', () => {
    const list = html`<ul>${['a', '<'].map(row)}</ul>`.toDynamic()
    assert.ok(typeof list === 'object' && 'dynamics' in list)
    const { statics, fingerprint } = row('').toDynamic() as Rendered
    assert.deepEqual(list.dynamics, [{ statics, fingerprint, entries: [['a'], ['&lt;']] }])
    assert.equal(joinRendered(list), '<ul><li>a</li><li>&lt;</li></ul>')
  })

  it('of files and literals mix', () => {
    const template = compileTexts('<p>{{x}}</p>')
    const page = {
      shared: undefined,
      locale: undefined,
      timeZone: 'UTC',
      contents: undefined,
      later: undefined,
    }
    const { dynamics } = template.rendered(page, { x: row('a') })
    assert.deepEqual(dynamics, [row('a').toDynamic()])
    assert.equal(renderText('<p>{{x}}</p>', { x: row('a') }), '<p><li>a</li></p>')
  })

  it('of a template keep the same statics, conditions and repetitions in slots of their own', () => {
    const template = compileTexts('{{#if a}}<b>{{a}}</b>{{/if}}{{#each xs as |x|}}<i>{{x}}</i>{{/each}}')
    const page = {
      shared: undefined,
      locale: undefined,
      timeZone: 'UTC',
      contents: undefined,
      later: undefined,
    }
    const one = template.rendered(page, { a: 1, xs: [1, 2] })
    const two = template.rendered(page, { a: null, xs: [] })
    assert.equal(one.statics, two.statics)
    assert.deepEqual(one.statics, ['', '', ''])
    const [condition, list] = one.dynamics as readonly [Rendered, Comprehension]
    assert.deepEqual(condition.dynamics, ['1'])
    assert.deepEqual(
      [list.statics, list.entries],
      [
        ['<i>', '</i>'],
        [['1'], ['2']],
      ],
    )
    assert.deepEqual(two.dynamics, ['', ''])
  })
})
