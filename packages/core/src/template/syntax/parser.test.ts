import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileTexts, problemsOf } from '../template.suite.ts'
import { TemplateError } from '../template-error.ts'

/** A template and the beginning of each problem it has. */
function refuses(template: string, ...expected: string[]): void {
  const problems = problemsOf(template)
  assert.equal(problems.length, expected.length, problems.join('\n'))
  for (const [index, problem] of problems.entries()) {
    assert.ok(problem.startsWith(expected[index] as string), `${problem}\nis not: ${expected[index]}`)
  }
}

describe('what the parser refuses', () => {
  it('tags that do not end', () => {
    refuses('a {{name', '1:3 This tag is never closed by }}')
    refuses('a {{name}', '1:3 This tag has to end with }}')
    refuses('a {{{name}}', '1:3 This tag has to end with }}}')
    refuses('{{! note', '1:1 This comment is never closed by }}')
    refuses('{{!-- note }}', '1:1 This comment is never closed by --}}')
    refuses('{{{{raw}}}} x', '1:1 {{{{raw}}}} is never closed')
    refuses('{{"abc}}', '1:3 The text that begins with " is not closed')
  })

  it('blocks that do not fit', () => {
    refuses('{{#if a}}x', '1:1 {{#if}} is never closed by {{/if}}')
    refuses('x{{/if}}', '1:2 {{/if}} stands in no block')
    refuses('x{{else}}', '1:2 {{else}} stands in no block')
    refuses('{{#if a}}\n{{#each b as |c|}}\n{{/if}}', '3:1 {{/if}} closes {{#each}} of line 2')
    refuses('{{#iff a}}x{{/iff}}', '1:1 There is no block {{#iff}}. Did you mean "if"?')
    refuses('{{#if a}}{{else}}{{else if b}}{{/if}}', '1:18 {{else}} is the last branch')
    refuses('{{#each a as |b|}}{{else if c}}{{/each}}', '1:19 {{else if}} belongs to {{#if}}')
    refuses('{{#content "x"}}{{else}}{{/content}}', '1:17 {{#content}} has no {{else}}')
    refuses('{{#slot "x"}}{{/slot}}', '1:1 {{#slot}} stands directly in a {{#component}}')
    refuses('{{#if a}}{{/if b}}', '1:10 {{/if}} takes nothing else')
  })

  it('expressions that mean nothing', () => {
    refuses('{{}}', '1:3 A value is missing')
    refuses('{{a b}}', '1:5 Unexpected "b" here')
    refuses('{{a.}}', '1:5 After a dot comes a key')
    refuses('{{a[b]}}', '1:5 In brackets stands a key in quotes')
    refuses('{{#if a = b}}{{/if}}', '1:9 One "=" compares nothing')
    refuses('{{(a}}', '1:5 A ")" is missing')
    refuses('{{a | }}', '1:7 After "|" comes the name of a pipe')
    refuses('{{a ; b}}', '1:5 ";" has no meaning here')
    refuses('<h1>{{title</h1>\n<p>{{user.name}}</p>', '1:5 This tag has to end with }}')
    refuses('{{@key}}', '1:3 There is no @key; known are @index')
    refuses('{{else.x}}', '1:1 {{else}} stands in no block')
    refuses('{{not}}', '1:6 A value is missing')
    refuses('{{a.__proto__}}', '1:5 "__proto__" cannot be read')
    refuses('{{yield}}', '1:3 A yield is HTML: write {{{yield}}}')
    refuses('{{t "hello"}}', '1:3 {{t "…"}} is reserved')
    refuses('{{asset_path "a.css"}}', '1:3 {{asset_path "…"}} is reserved')
    refuses('{{link_to "a"}}', '1:3 There are no helpers like {{link_to "…"}}')
  })

  it('habits from elsewhere, and says what they are here', () => {
    refuses(
      '{{#unless a.b}}x{{else}}y{{/unless}}',
      '1:1 There is no block {{#unless}}; write {{#if not a.b}}',
    )
    refuses('{{#unless a or b}}x{{/unless}}', '1:1 There is no block {{#unless}}; write {{#if not (a or b)}}')
    refuses('{{#if a}}1{{elseif b}}2{{/if}}', '1:13 There is no {{elseif …}}; write {{else if …}}')
    refuses('{{#if a}}1{{elsif b}}2{{/if}}', '1:13 There is no {{elsif …}}; write {{else if …}}')
    refuses(
      '{{upper user.name}}',
      '1:9 Unexpected "user" here; a pipe stands behind its value: {{user.name | upper}}',
    )
    refuses('{{#each a}}{{../title}}{{/each}}', '1:16 There is no "../": give the block a name')
    refuses('{{#if a === "b"}}x{{/if}}', '1:9 There is no "==="; write "=="')
    refuses('{{#if a !== "b"}}x{{/if}}', '1:9 There is no "!=="; write "!="')
    refuses('{{a ? b : c}}', '1:5 There is no "? :"; write {{#if …}}…{{else}}…{{/if}}')
    refuses('<p class="{{ a ? "b" : "c" }}">', '1:16 There is no "? :"')
    refuses('{{a ?? "b"}}', '1:5 There is no "??"; write | default:"…"')
    for (const sign of ['+', '-', '*', '/', '%']) {
      refuses(`{{a ${sign} 1}}`, `1:5 There is no "${sign}": calculate it in the data, or with a pipe`)
    }
    refuses('{{#if a && b}}x{{/if}}', '1:9 There is no "&&"; write "and"')
    refuses('{{#if a || b}}x{{/if}}', '1:9 There is no "||"; write "or"')
    refuses('{{#if !a}}x{{/if}}', '1:7 There is no "!"; write "not"')
    refuses('{{a?.b}}', '1:4 There is no "?."; write "."')
    refuses(
      '{{#each a | lines as |line|}}{{/each}}',
      '1:11 {{#each}} takes a value of the data, without pipes; prepare it in the handler',
    )
    refuses('{{> row x=1 ...item}}', '1:13 "..." stands in front of what is named')
    refuses(
      '{{> list books term}}',
      '1:16 Unexpected "term" here: one value stands without a name, others are named, term=term',
    )
    refuses(
      '{{> list books x=1 user.name}}',
      '1:20 Unexpected "user" here: one value stands without a name, others are named, name=user.name',
    )
    refuses('{{> b title="Hello {{name}}"}}', '1:13 A text in quotes holds no tags')
    assert.deepEqual(problemsOf('{{#if a == "\\{\\{"}}x{{/if}}{{elseif}}'), [])
  })

  it('blocks whose head is wrong', () => {
    refuses('{{#each a as item}}{{/each}}', '1:14 After "as" come names between bars')
    refuses('{{#each a as |b, b|}}{{/each}}', '1:20 The two names have to differ')
    refuses('{{#each a as |b, c, d|}}{{/each}}', '1:23 This block gives at most 2 names')
    refuses('{{#with a as |this|}}{{/with}}', '1:15 "this" cannot be the name of a value')
    refuses('{{#component card}}{{/component}}', '1:14 The name of a component stands here in quotes')
    refuses('{{> }}', '1:5 The name of a partial stands here in quotes')
    refuses('{{> ../x}}', '1:1 "../x" leads out of the views')
    refuses('{{> x a=1 a=2}}', '1:11 "a" is given twice')
  })

  it('declarations that are no TypeScript', () => {
    refuses('{{#props name}}', '1:9')
    refuses('{{#props a: string, a: number}}', '1:21 "a" is declared twice')
    refuses('{{#props a: string }; evil {}}', '1:10 The type of "a" is not complete')
    refuses('{{#props a: string // x\n}}', '1:10 The type of "a" is not complete')
    refuses('{{#props a: string}}{{#props b: string}}', '1:21 {{#props}} stands once')
    refuses('{{#import User}}', '1:10 Write {{#import { User } from')
  })

  it('nesting without end', () => {
    assert.deepEqual(problemsOf('{{#if a}}'.repeat(5000)), ['1:901 Blocks are nested too deeply'])
    assert.match(problemsOf(`{{${'('.repeat(5000)}a}}`).join('\n'), /nested too deeply/)
  })
})

it('reports problems in the order of the text, whichever step found them', () => {
  const problems = problemsOf('{{y | nope}}\n{{> missing}}\n{{#foo}}')
  assert.deepEqual(
    problems.map((problem) => problem.split(' ')[0]),
    ['1:7', '2:1', '3:1'],
  )
})

it('reports everything that is wrong at once, each with its code frame', () => {
  const template = 'one\n  {{#if user.name}\n{{/if}}\n<p>{{ a.. }}</p>\n{{#eech x as |y|}}{{/eech}}'
  assert.throws(
    () => compileTexts(template),
    (error) => {
      assert.ok(error instanceof TemplateError)
      assert.equal(error.code, 'ZZZ_TEMPLATE_SYNTAX')
      assert.deepEqual(
        error.problems.map(({ line, column }) => [line, column]),
        [
          [2, 3],
          [4, 9],
          [5, 1],
        ],
      )
      const frame = '  1 | one\n> 2 |   {{#if user.name}\n    |   ^\n  3 | {{/if}}\n  4 | <p>{{ a.. }}</p>'
      assert.equal(error.problems[0]?.frame, frame)
      assert.ok(error.message.startsWith('main.html.zzz:2:3  This tag has to end with }}\n  1 | one'))
      return true
    },
  )
})
