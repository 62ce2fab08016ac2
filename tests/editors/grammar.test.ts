import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { before, describe, it } from 'node:test'
import { extension, loadGrammar, type Scoped } from './tokenize.ts'

/** What the TextMate grammar of `.html.zzz` makes of each element of the syntax, as docs/templates.md has it. */

const root = resolve(import.meta.dirname, '../..')
let tokenize: (text: string) => Scoped[]
before(async () => {
  tokenize = await loadGrammar()
})

/** The innermost scope of each piece of a tag: `[text, scope]`, blanks and `.zzz` left out. */
function scopesOf(text: string): [string, string][] {
  return tokenize(text)
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, scopes }) => [text.trim(), (scopes.at(-1) ?? '').replace(/\.zzz$/, '')])
}

const begin = 'punctuation.section.embedded.begin'
const end = 'punctuation.section.embedded.end'
const inTag = (...pieces: [string, string][]): [string, string][] => [['{{', begin], ...pieces, ['}}', end]]
const block = (word: string, kind: string, ...pieces: [string, string][]) =>
  inTag(['#', 'punctuation.definition.block'], [word, `keyword.${kind}.${word}`], ...pieces)
const name = (text: string): [string, string] => [text, 'variable.other']
const property = (text: string): [string, string][] => [
  ['.', 'punctuation.accessor'],
  [text, 'variable.other.property'],
]
const sign = (text: string, kind: string): [string, string] => [text, `keyword.operator.${kind}`]
const quoted = (text: string): [string, string][] => [
  ['"', 'string.quoted.double'],
  [text, 'string.quoted.double'],
  ['"', 'string.quoted.double'],
]

const samples: [text: string, scopes: [string, string][]][] = [
  ['{{name}}', inTag(name('name'))],
  ['{{~ name ~}}', inTag(sign('~', 'trim'), name('name'), sign('~', 'trim'))],
  ['{{user.first-name}}', inTag(name('user'), ...property('first-name'))],
  [
    '{{items.0.title}}',
    inTag(
      name('items'),
      ['.', 'punctuation.accessor'],
      ['0', 'variable.other.property'],
      ...property('title'),
    ),
  ],
  [
    '{{user["first name"]}}',
    inTag(name('user'), ['[', 'punctuation.section.group'], ...quoted('first name'), [
      ']',
      'punctuation.section.group',
    ]),
  ],
  ['{{this.name}}', inTag(['this', 'variable.language.this'], ...property('name'))],
  ['{{thisOne}}', inTag(name('thisOne'))],
  ['{{@shared.user}}', inTag(['@shared', 'variable.language'], ...property('user'))],
  ['{{@index}}', inTag(['@index', 'variable.language'])],
  ['{{@indices}}', inTag(['@indices', 'invalid.illegal.variable'])],
  ['{{-1.5}}', inTag(['-1.5', 'constant.numeric'])],
  ['{{größe}}', inTag(name('größe'))],
  [
    '{{text | truncate:20:"…" | upper}}',
    inTag(
      name('text'),
      sign('|', 'pipe'),
      ['truncate', 'entity.name.function.pipe'],
      [':', 'punctuation.separator.argument'],
      ['20', 'constant.numeric'],
      [':', 'punctuation.separator.argument'],
      ...quoted('…'),
      sign('|', 'pipe'),
      ['upper', 'entity.name.function.pipe'],
    ),
  ],
  [
    '{{at | format_date:date="long"}}',
    inTag(
      name('at'),
      sign('|', 'pipe'),
      ['format_date', 'entity.name.function.pipe'],
      [':', 'punctuation.separator.argument'],
      ['date', 'variable.parameter'],
      sign('=', 'assignment'),
      ...quoted('long'),
    ),
  ],
  [
    `{{x | default:'}} \\' "'}}`,
    inTag(
      name('x'),
      sign('|', 'pipe'),
      ['default', 'entity.name.function.pipe'],
      [':', 'punctuation.separator.argument'],
      ["'", 'string.quoted.single'],
      ['}}', 'string.quoted.single'],
      ["\\'", 'constant.character.escape'],
      ['"', 'string.quoted.single'],
      ["'", 'string.quoted.single'],
    ),
  ],
  ['{{{body}}}', [['{{{', begin], name('body'), ['}}}', end]]],
  [
    '{{{yield}}}',
    [
      ['{{{', begin],
      ['yield', 'keyword.other.yield'],
      ['}}}', end],
    ],
  ],
  [
    '{{{yield "footer"}}}',
    [['{{{', begin], ['yield', 'keyword.other.yield'], ...quoted('footer'), ['}}}', end]],
  ],
  ['{{{yields}}}', [['{{{', begin], name('yields'), ['}}}', end]]],
  [
    '{{#if not a and b.c >= 3 or (d == null)}}',
    block(
      'if',
      'control',
      sign('not', 'logical'),
      name('a'),
      sign('and', 'logical'),
      name('b'),
      ...property('c'),
      sign('>=', 'comparison'),
      ['3', 'constant.numeric'],
      sign('or', 'logical'),
      ['(', 'punctuation.section.group'],
      name('d'),
      sign('==', 'comparison'),
      ['null', 'constant.language'],
      [')', 'punctuation.section.group'],
    ),
  ],
  ['{{else if order}}', inTag(['else', 'keyword.control.else'], ['if', 'keyword.control.if'], name('order'))],
  ['{{~else}}', inTag(sign('~', 'trim'), ['else', 'keyword.control.else'])],
  ['{{elsewhere}}', inTag(name('elsewhere'))],
  ['{{/if}}', inTag(['/', 'punctuation.definition.block'], ['if', 'keyword.control.if'])],
  [
    '{{/slot ~}}',
    inTag(['/', 'punctuation.definition.block'], ['slot', 'keyword.other.slot'], sign('~', 'trim')),
  ],
  [
    '{{#each list.items as |item, index|}}',
    block(
      'each',
      'control',
      name('list'),
      ...property('items'),
      ['as', 'keyword.control.as'],
      ['|', 'punctuation.definition.parameters.begin'],
      ['item', 'variable.parameter'],
      [',', 'punctuation.separator'],
      ['index', 'variable.parameter'],
      ['|', 'punctuation.definition.parameters.end'],
    ),
  ],
  ['{{#with user}}', block('with', 'control', name('user'))],
  [
    '{{#await news as |n|}}',
    block(
      'await',
      'control',
      name('news'),
      ['as', 'keyword.control.as'],
      ['|', 'punctuation.definition.parameters.begin'],
      ['n', 'variable.parameter'],
      ['|', 'punctuation.definition.parameters.end'],
    ),
  ],
  [
    '{{#component "card" title=user.name wide=true}}',
    block(
      'component',
      'other',
      ...quoted('card'),
      ['title', 'variable.parameter'],
      sign('=', 'assignment'),
      name('user'),
      ...property('name'),
      ['wide', 'variable.parameter'],
      sign('=', 'assignment'),
      ['true', 'constant.language'],
    ),
  ],
  ['{{#slot "footer"}}', block('slot', 'other', ...quoted('footer'))],
  ['{{#content "head"}}', block('content', 'other', ...quoted('head'))],
  ['{{#yield "footer"}}', block('yield', 'other', ...quoted('footer'))],
  ['{{#layout "layouts/app"}}', block('layout', 'other', ...quoted('layouts/app'))],
  ['{{#iff x}}', inTag(['#', 'punctuation.definition.block'], ['iff', 'invalid.illegal.block'], name('x'))],
  [
    '{{> users/row user=item ...}}',
    inTag(
      ['>', 'punctuation.definition.partial'],
      ['users/row', 'entity.name.function.partial'],
      ['user', 'variable.parameter'],
      sign('=', 'assignment'),
      name('item'),
      sign('...', 'spread'),
    ),
  ],
  [
    '{{> ./row item}}',
    inTag(['>', 'punctuation.definition.partial'], ['./row', 'entity.name.function.partial'], name('item')),
  ],
  [
    '{{#props name: string, user?: { id: number }}}',
    block(
      'props',
      'other',
      ['name', 'variable.parameter'],
      [':', 'punctuation.separator.type'],
      ['string', 'support.type.primitive.ts'],
      [',', 'punctuation.separator'],
      ['user', 'variable.parameter'],
      sign('?', 'optional'),
      [':', 'punctuation.separator.type'],
      ['{', 'punctuation.section.braces.begin'],
      ['id', 'variable.object.property'],
      [':', 'punctuation.separator.type'],
      ['number', 'support.type.primitive.ts'],
      ['}', 'punctuation.section.braces.end'],
    ),
  ],
  [
    '{{#import { User } from "../user.ts"}}',
    block(
      'import',
      'other',
      ['{', 'punctuation.section.braces.begin'],
      ['User', 'entity.name.type'],
      ['}', 'punctuation.section.braces.end'],
      ['from', 'keyword.control.import'],
      ...quoted('../user.ts'),
    ),
  ],
  [
    '{{! a comment }}',
    [
      ['{{!', 'punctuation.definition.comment.begin'],
      ['a comment', 'comment.block'],
      ['}}', 'punctuation.definition.comment.end'],
    ],
  ],
  [
    '{{!-- with {{braces}} --}}',
    [
      ['{{!--', 'punctuation.definition.comment.begin'],
      ['with {{braces}}', 'comment.block'],
      ['--}}', 'punctuation.definition.comment.end'],
    ],
  ],
  [
    '{{{{raw}}}}{{x}}{{{{/raw}}}}',
    [
      ['{{{{', begin],
      ['raw', 'keyword.other.raw'],
      ['}}}}', end],
      ['{{x}}', 'string.unquoted.verbatim'],
      ['{{{{', begin],
      ['/raw', 'keyword.other.raw'],
      ['}}}}', end],
    ],
  ],
]

describe('the grammar of templates', () => {
  for (const [text, scopes] of samples) {
    it(text, () => assert.deepEqual(scopesOf(text), scopes))
  }

  it('works inside attributes, comments and scripts, and gives them back', () => {
    for (const [text, around] of [
      ['<a href="/users/{{id}}/edit">', 'string.quoted.double.html'],
      ['<!-- {{id}} -->', 'comment.block.html'],
      ['<script>const id = {{id}};</script>', 'source.js'],
    ] as const) {
      const pieces = tokenize(text)
      const index = pieces.findIndex(
        (piece) => piece.text === 'id' && piece.scopes.at(-1) === 'variable.other.zzz',
      )
      assert.ok(pieces[index]?.scopes.includes(around), text)
      assert.equal(pieces[index + 2]?.scopes.at(-1), around, text)
    }
    const tag = tokenize('<p class="a {{#if b}}c{{/if}}">').find((piece) => piece.text === 'c')
    assert.equal(tag?.scopes.at(-1), 'string.quoted.double.html')
  })

  it('goes on over line breaks', () => {
    const scopes = scopesOf('{{> users/row\n  user=item\n  compact=true\n}}<p>')
    assert.deepEqual(scopes.at(-5), ['true', 'constant.language'])
    assert.deepEqual(scopes.at(-2), ['p', 'entity.name.tag.html'])
  })

  it('knows every tag in the documentation and the example, to the last character', () => {
    const markdown = readFileSync(join(root, 'docs/templates.md'), 'utf8')
    const blocks = [...markdown.matchAll(/^```html\n([\s\S]*?)^```$/gm)].map(([, code]) => code as string)
    const table = [...markdown.matchAll(/`(\{\{[^`]+\}\})`/g)].map(([, code]) =>
      (code as string).replaceAll('\\|', '|'),
    )
    const templates = globSync('examples/**/*.html.zzz', { cwd: root, exclude: ['**/node_modules'] })
    const texts = [...blocks, ...table, ...templates.map((path) => readFileSync(join(root, path), 'utf8'))]
    assert.ok(texts.length > 20)
    for (const text of texts) {
      for (const piece of tokenize(text)) {
        const [innermost = ''] = piece.scopes.slice(-1)
        const isTag = piece.scopes.includes('meta.template.zzz')
        assert.doesNotMatch(innermost, /^invalid/, `${piece.text} in ${text}`)
        const unknown = isTag && /^meta\./.test(innermost) && /[^\s…]/.test(piece.text)
        assert.ok(!unknown, `${JSON.stringify(piece.text)} has no meaning in ${text}`)
        assert.ok(isTag || piece.scopes.includes('comment.block.zzz') || !piece.text.includes('{{'), text)
      }
    }
  })
})

it('the extension of the editor names files that are there, and the language of templates', () => {
  const manifest = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'))
  const [language] = manifest.contributes.languages
  const [grammar] = manifest.contributes.grammars
  assert.deepEqual([language.extensions, grammar.language], [['.html.zzz'], language.id])
  for (const path of [language.configuration, grammar.path])
    assert.ok(existsSync(join(extension, path)), path)
  const configuration = JSON.parse(readFileSync(join(extension, language.configuration), 'utf8'))
  const { start, end } = configuration.folding.markers
  assert.match('  {{#each list}}', new RegExp(start))
  assert.match('{{/each}}', new RegExp(end))
})
