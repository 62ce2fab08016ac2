import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { html, raw } from './index.ts'
import { renderText } from './template.suite.ts'

type Row = readonly [template: string, data: object, expected: string]

function renders(rows: readonly Row[]): void {
  for (const [template, data, expected] of rows) assert.equal(renderText(template, data), expected, template)
}

describe('text and whitespace', () => {
  it('stands as it is written', () => {
    renders([
      ['a\n  b { } }} {', {}, 'a\n  b { } }} {'],
      ['a {{! note {{ }} b', {}, 'a  b'],
      ['a {{!-- {{note}} --}} b', {}, 'a  b'],
      ['{{{{raw}}}}{{x}} {{#if}}{{{{/raw}}}}', {}, '{{x}} {{#if}}'],
      ['`$x` \\ \u2028 "', {}, '`$x` \\ \u2028 "'],
    ])
  })

  it('loses whitespace beside a tilde', () => {
    renders([
      ['a \n {{~x~}} \n b', { x: 1 }, 'a1b'],
      ['a {{~x}} b', { x: 1 }, 'a1 b'],
      ['a {{x~}} b', { x: 1 }, 'a 1b'],
      ['a {{{~x~}}} b', { x: 1 }, 'a1b'],
      ['a {{~! note ~}} b', {}, 'ab'],
      ['a {{~#if x~}} b {{~/if~}} c', { x: 1 }, 'abc'],
      ['a {{!~}}', {}, 'a '],
    ])
  })
})

describe('values', () => {
  it('print as text', () => {
    const made = html`<b>${'<'}</b>`
    renders([
      ['{{a}} {{b}} {{c}}', { a: 'x', b: 1.5, c: 10n }, 'x 1.5 10'],
      ['{{a}}{{b}}{{c}}', { a: null, b: undefined, c: false }, ''],
      ['{{a}} {{{a}}}', { a: '<b>' }, '&lt;b&gt; <b>'],
      ['{{a}} {{{a}}}', { a: made }, '<b>&lt;</b> <b>&lt;</b>'],
      ['{{a}}', { a: raw('<i>') }, '<i>'],
      ['{{"x<"}} {{1}} {{-2.5}}', {}, 'x&lt; 1 -2.5'],
    ])
  })

  it('are found by paths that never fail', () => {
    renders([
      ['{{a.b.c}}', { a: { b: { c: 1 } } }, '1'],
      ['{{a.b.c}}', { a: null }, ''],
      ['{{a.0.b}}{{a["1"].b}}', { a: [{ b: 'x' }, { b: 'y' }] }, 'xy'],
      ['{{a["first name"]}} {{first-name}}', { a: { 'first name': 'x' }, 'first-name': 'y' }, 'x y'],
      ['{{this.a}} {{@root.a}}', { a: 1 }, '1 1'],
    ])
  })
})

describe('conditions', () => {
  it('choose the first branch that holds, as JavaScript does', () => {
    const template = '{{#if a}}A{{else if b}}B{{else}}C{{/if}}'
    renders([
      [template, { a: 1, b: 1 }, 'A'],
      [template, { a: 0, b: 'x' }, 'B'],
      [template, { a: '', b: null }, 'C'],
      ['{{#if a}}A{{/if}}', { a: [] }, 'A'],
      ['{{#if a.length}}A{{/if}}', { a: [] }, ''],
    ])
  })

  it('combine and compare', () => {
    const holds: readonly [string, boolean][] = [
      ['a and b', false],
      ['a or b', true],
      ['not b', true],
      ['not not a', true],
      ['not (a and b)', true],
      ['a and not b or b', true],
      ['n == 3', true],
      ['n == "3"', false],
      ['n != 3', false],
      ['n > 2 and n >= 3 and n < 4 and n <= 3', true],
      ['s == "x"', true],
      ["'x' == s", true],
      ['missing == null', true],
      ['n == null', false],
      ['n != null', true],
      ['a == true', true],
      ['(s | upper) == "X"', true],
    ]
    const data = { a: true, b: false, n: 3, s: 'x', missing: undefined }
    for (const [condition, expected] of holds) {
      assert.equal(renderText(`{{#if ${condition}}}yes{{/if}}`, data), expected ? 'yes' : '', condition)
    }
  })
})

describe('repetition', () => {
  it('goes through anything that can be iterated', () => {
    const template = '{{#each xs as |x, i|}}{{i}}{{x}}{{#if not @last}},{{/if}}{{else}}none{{/each}}'
    renders([
      [template, { xs: ['a', 'b'] }, '0a,1b'],
      [template, { xs: new Set(['a', 'b']) }, '0a,1b'],
      [template, { xs: [] }, 'none'],
      [template, { xs: null }, 'none'],
      ['{{#each xs}}{{this}}{{@index}}{{#if @first}}!{{/if}}{{/each}}', { xs: ['a', 'b'] }, 'a0!b1'],
      ['{{#each xs}}{{name}}{{@root.name}}{{/each}}', { name: 'r', xs: [{ name: 'a' }] }, 'ar'],
    ])
  })

  it('nests, each with its own index', () => {
    const template =
      '{{#each a as |b, i|}}{{#each b as |c, j|}}{{i}}{{j}}{{c}}{{@index}} {{/each}}{{@index}};{{/each}}'
    renders([[template, { a: [['x', 'y'], ['z']] }, '00x0 01y1 0;10z0 1;']])
  })

  it('lets inner names hide outer ones', () => {
    renders([
      ['{{#each a as |x|}}{{x}}{{#with b as |x|}}{{x}}{{/with}}{{x}}{{/each}}', { a: [1], b: 2 }, '121'],
    ])
  })
})

it('with gives a name to a value, or makes it this', () => {
  renders([
    ['{{#with a as |b|}}{{b.c}}{{d}}{{else}}none{{/with}}', { a: { c: 1 }, d: 2 }, '12'],
    ['{{#with a}}{{c}}{{else}}none{{/with}}', { a: { c: 1 } }, '1'],
    ['{{#with a}}{{c}}{{else}}none{{/with}}', { a: null }, 'none'],
  ])
})

describe('partials', () => {
  const row = '[{{name}}{{#if size}}:{{size}}{{/if}}]'

  it('see what they are given and nothing else', () => {
    const cases: readonly Row[] = [
      ['{{> row name="x" size=1}}', {}, '[x:1]'],
      ['{{> row ...}}', { name: 'r', size: 2 }, '[r:2]'],
      ['{{> row ... size=3}}', { name: 'r', size: 2 }, '[r:3]'],
      ['{{> row user}}', { user: { name: 'u', size: 0 } }, '[u]'],
      ['{{> row ...user size=9}}', { user: { name: 'u' } }, '[u:9]'],
      ['{{> "row" name=(a | upper) size=null}}', { a: 'x' }, '[X]'],
      ['{{#each users as |user|}}{{> row user}}{{/each}}', { users: [{ name: 'a', size: 1 }] }, '[a:1]'],
    ]
    for (const [main, data, expected] of cases) assert.equal(renderText({ main, row }, data), expected, main)
  })

  it('are found from the root, and with a dot from the folder', () => {
    const templates = { main: '{{> a/b}}', 'a/b': '{{> ./c}}{{> a/c}}{{> ../d}}', 'a/c': 'c', d: 'd' }
    assert.equal(renderText(templates), 'ccd')
  })
})

describe('components', () => {
  const card =
    '<s>{{title}}|{{{yield}}}|{{#if @slots.foot}}<f>{{{yield "foot"}}}</f>{{/if}}{{#yield "side"}}no{{/yield}}</s>'

  it('put their block and its slots where they want them', () => {
    const main = '{{#component "card" title=t}}a{{b}}{{#slot "foot"}}{{b}}!{{/slot}}{{/component}}'
    assert.equal(renderText({ main, card }, { t: 'T', b: '<' }), '<s>T|a&lt;|<f>&lt;!</f>no</s>')
    const bare = '{{#component "card" title="T"}}  {{#slot "side"}}yes{{/slot}} {{/component}}'
    assert.equal(renderText({ main: bare, card }), '<s>T||yes</s>')
  })

  it('nest, with blocks that see where they are written', () => {
    const main =
      '{{#each xs as |x|}}{{#component "card" title=x}}{{#component "card" title="in"}}{{x}}{{/component}}{{/component}}{{/each}}'
    assert.equal(renderText({ main, card }, { xs: ['1'] }), '<s>1|<s>in|1|no</s>|no</s>')
  })
})

describe('layouts', () => {
  const app = '<{{title}} {{{yield "head"}}}>{{{yield}}}{{#yield "foot"}}default{{/yield}}'

  it('stand around, with what contents gave', () => {
    const main = '{{#layout "layouts/app"}}{{#content "head"}}h{{x}}{{/content}}body{{> part}}'
    const part = '{{#content "head"}}+p{{/content}}'
    const templates = { main, part, 'layouts/app': app.replaceAll(/[<>]/g, '!') }
    assert.equal(renderText(templates, { x: 1 }, { shared: { title: 'T' } }), '!T h1+p!bodydefault')
  })

  it('nest', () => {
    const templates = {
      main: '{{#layout "layouts/inner"}}page{{#content "foot"}}f{{/content}}',
      'layouts/inner': '{{#layout "layouts/outer"}}[{{{yield}}}]{{#content "foot"}}g{{/content}}',
      'layouts/outer': '({{{yield}}}|{{{yield "foot"}}}|{{user}})',
    }
    assert.equal(renderText(templates, {}, { shared: { user: 'u' } }), '([page]|fg|u)')
  })

  it('and views too read what is shared, or say that there is nothing', () => {
    assert.equal(renderText('{{@shared.a.b}}', {}, { shared: { a: { b: 'x' } } }), 'x')
    const templates = { main: '{{> part}}', part: '{{@shared.a}}' }
    assert.equal(renderText(templates, {}, { shared: { a: 1 } }), '1')
    assert.throws(() => renderText(templates), {
      code: 'ZZZ_TEMPLATE_VALUE',
      message: /The template "main" reads what all views share, and there is nothing/,
    })
  })
})

describe('parts', () => {
  it('keep a promise for a streamed page, and render what is there at once', () => {
    const template = '{{#await a as |b|}}{{b}}{{else}}wait{{/await}}'
    assert.equal(renderText(template, { a: 'x' }), 'x')
    assert.throws(() => renderText(template, { a: Promise.reject(new Error('x')) }), {
      code: 'ZZZ_TEMPLATE_VALUE',
      message: /stream: true/,
    })
  })
})
