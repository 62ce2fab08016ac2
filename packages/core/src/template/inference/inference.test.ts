import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '../index.ts'
import { analyseTexts, problemsOf, type Templates } from '../template.suite.ts'
import { declareShape } from './type-text.ts'

/** The type of a template's data, without places and line breaks: `{ user: Data$user } Data$user { name: Printable }`. */
function typeOf(given: Templates | string): string {
  const templates = typeof given === 'string' ? { main: given } : given
  assert.deepEqual(problemsOf(templates), [])
  const analysed = analyseTexts(templates).templates.get('main')
  assert.ok(analysed !== undefined)
  return short(declareShape('Data', analysed.inferred.root))
}

function short(text: string): string {
  return text
    .replaceAll(/ {2}\/\*\*.*\*\/\n/g, '')
    .replaceAll(/, "[^"]*:\d+:\d+"/g, '')
    .replaceAll(/<"[^"]*:\d+:\d+">/g, '')
    .replaceAll(/export (?:interface|type) |readonly /g, '')
    .replaceAll(/\s+/g, ' ')
}

/** What a template makes of one key `x`. */
const ofX = (template: string): string => {
  const own = /(?:^| )Data \{ (?:y: unknown )?x: (.*?)(?: y: unknown)? \}/.exec(typeOf(template))
  return own?.[1] ?? typeOf(template)
}

describe('the type of a value', () => {
  it('follows from its use', () => {
    const cases: readonly [template: string, type: string][] = [
      ['{{x}}', 'Printable'],
      ['{{{x}}}', 'Printable'],
      ['<p title="{{x}}">', 'Printable'],
      ['<a href="{{x}}">', 'Link'],
      ['<p style="a: {{x}}">', 'Plain'],
      ['<script>f({{x}})</script>', 'Json'],
      ['{{x | json}}', 'Json'],
      ['{{x | upper}}', 'Text'],
      ['{{x | number}}', 'Numeric'],
      ['{{x | format_date}}', 'Datelike'],
      ['{{#if x}}{{/if}}', 'unknown'],
      ['{{#if x == "a"}}{{/if}}', 'Value<string | null | undefined>'],
      ['{{#if x == 1}}{{/if}}', 'Value<number | null | undefined>'],
      ['{{#if x == true}}{{/if}}', 'Value<boolean | null | undefined>'],
      ['{{#if x != null}}{{/if}}', 'unknown'],
      ['{{#if x > 1}}{{/if}}', 'Numeric'],
      ['{{#if x > "a"}}{{/if}}', 'Text'],
      ['{{#each x as |y|}}{{y}}{{/each}}', 'Each<Printable>'],
      ['{{#each x as |y|}}a{{/each}}', 'Each<unknown>'],
      ['{{#each x}}{{this | upper}}{{/each}}', 'Each<Text>'],
      ['{{#each x as |y|}}{{#each y as |z|}}{{z}}{{/each}}{{/each}}', 'Each<Each<Printable>>'],
      ['{{#await x as |y|}}{{y}}{{/await}}', 'Later<Printable>'],
    ]
    for (const [template, type] of cases) assert.equal(ofX(template), type, template)
  })

  it('fits all its uses together', () => {
    assert.equal(ofX('{{x}}{{x | upper}}<a href="{{x}}">'), 'Text')
    assert.equal(ofX('{{x}}{{x | number}}'), 'Numeric')
    assert.equal(ofX('{{x}}{{x | format_date}}'), 'Value<string | number>')
    assert.equal(ofX('{{#if x == "a"}}{{/if}}{{x}}'), 'Text')
    assert.match(problemsOf('{{x | upper}}{{x | number}}').join(), /and string at main\.html\.zzz:1:3/)
  })

  it('has an interface for each object', () => {
    assert.equal(
      typeOf('{{a.b.c}}{{a.d}}'),
      'Data$a$b { c: Printable } Data$a { b: Data$a$b d: Printable } Data { a: Data$a }',
    )
    assert.equal(
      typeOf('{{#each xs as |x, i|}}{{i}}{{x.a}}{{#if x.b}}{{/if}}{{/each}}'),
      'Data$xs$item { a: Printable b: unknown } Data { xs: Each<Data$xs$item> }',
    )
    assert.equal(
      typeOf('{{a["b c"]}}{{a.0}}'),
      'Data$a { "b c": Printable "0": Printable } Data { a: Data$a }',
    )
    assert.equal(
      typeOf('{{#if xs.length}}{{#each xs as |x|}}{{x}}{{/each}}{{/if}}'),
      'Data$xs { length: unknown } Data { xs: (Data$xs) & (Each<Printable>) }',
    )
    assert.equal(typeOf('text'), 'Data { }')
  })

  it('knows what this and names are about', () => {
    assert.equal(
      typeOf('{{#with a}}{{b}}{{@root.c}}{{/with}}'),
      'Data$a { b: Printable } Data { a: Data$a | Absent c: Printable }',
    )
    assert.equal(
      typeOf('{{#with a as |b|}}{{b.c}}{{d}}{{/with}}'),
      'Data$a { c: Printable } Data { a: Data$a | Absent d: Printable }',
    )
    assert.equal(typeOf('{{this.a}}'), 'Data { a: Printable }')
  })
})

describe('absence', () => {
  const absent = 'Printable | Absent'
  const nullable = 'Printable | null | undefined'
  const cases: readonly [template: string, type: string][] = [
    ['{{#if x}}{{x}}{{/if}}', absent],
    ['{{#if x}}{{x}}{{/if}}{{x}}', 'Printable'],
    ['{{#if x}}a{{else}}{{x}}{{/if}}', 'Printable'],
    ['{{#if not x}}a{{else}}{{x}}{{/if}}', absent],
    ['{{#if y}}a{{else if x}}{{x}}{{/if}}', absent],
    ['{{#if not x}}a{{else if y}}{{x}}{{/if}}', absent],
    ['{{#if x and y}}{{x}}{{/if}}', absent],
    ['{{#if x or y}}{{x}}{{/if}}', 'Printable'],
    ['{{#if not x or y}}a{{else}}{{x}}{{/if}}', absent],
    ['{{#if not (x and y)}}a{{else}}{{x}}{{/if}}', absent],
    ['{{#if x and x > 1}}{{/if}}', 'Numeric | Absent'],
    ['{{#if x or x > 1}}{{/if}}', 'Numeric'],
    ['{{#if x != null}}{{x}}{{/if}}', nullable],
    ['{{#if x == null}}a{{else}}{{x}}{{/if}}', nullable],
    ['{{#if x == "a"}}{{x}}{{/if}}', 'Text | null | undefined'],
    ['{{#if x}}{{#if x != null}}{{x}}{{/if}}{{/if}}', absent],
    ['{{#with x as |y|}}{{y}}{{/with}}', absent],
    ['{{#with x}}{{this}}{{/with}}', absent],
    ['{{#each x as |y|}}{{y}}{{else}}none{{/each}}', 'Each<Printable> | Absent'],
    ['{{#if x}}{{#each x as |y|}}{{y}}{{/each}}{{/if}}', 'Each<Printable> | Absent'],
    ['{{x | default:"a"}}', 'Value<string | number | bigint | Html | null | undefined>'],
    ['{{x | default:"a" | upper}}', 'Value<string | null | undefined>'],
    ['{{#each ys as |y|}}{{#if y.x}}{{y.x}}{{/if}}{{/each}}', absent],
  ]
  it('is possible where every use is guarded', () => {
    for (const [template, type] of cases) {
      const found = template.includes('y.x')
        ? typeOf(template).replace(/.*item \{ x: (.*?) \}.*/, '$1')
        : ofX(template)
      assert.equal(found, type, template)
    }
  })

  it('of an object is that of the way to what is read', () => {
    assert.equal(typeOf('{{#if a}}{{a.b}}{{/if}}'), 'Data$a { b: Printable } Data { a: Data$a | Absent }')
    assert.equal(typeOf('{{#if a.b}}{{a.b}}{{/if}}'), 'Data$a { b: Printable | Absent } Data { a: Data$a }')
    assert.equal(
      typeOf('{{#if a and a.b}}{{a.b.c}}{{/if}}'),
      'Data$a$b { c: Printable } Data$a { b: Data$a$b | Absent } Data { a: Data$a | Absent }',
    )
  })
})

describe('partials and components', () => {
  const row = '{{name}}{{#if size}}{{/if}}'

  it('ask what they read of what they are given', () => {
    assert.equal(typeOf({ row, main: '{{> row name=a size=1}}' }), 'Data { a: RowData["name"] }')
    assert.equal(typeOf({ row, main: '{{> row ...}}' }), 'Data = RowData')
    assert.equal(
      typeOf({ row, main: '{{> row ... size=1}}{{b}}' }),
      'Data$own { b: Printable } Data = Data$own & Omit<RowData, "size">',
    )
    assert.equal(
      typeOf({ row, main: '{{#each xs as |x|}}{{> row x}}{{/each}}' }),
      'Data { xs: Each<RowData> }',
    )
    assert.equal(
      typeOf({ row, main: '{{#if a}}{{> row a}}{{/if}}{{a.b}}' }),
      'Data$a { b: Printable } Data { a: (Data$a) & (RowData) }',
    )
    assert.equal(typeOf({ row, main: '{{#if a}}{{> row a}}{{/if}}' }), 'Data { a: RowData | Absent }')
  })

  it('are refused what they do not read, and miss what they do', () => {
    const wrong: readonly [main: string, message: RegExp][] = [
      ['{{> row name=a sise=1}}', /reads no "sise"\. Did you mean "size"\?/],
      ['{{> row name=a}}', /reads "size"; give it with size=…, or \.\.\. for all/],
      ['{{> row}}', /reads "name"; give it with name=… size=…/],
      [
        '{{#component "row" name=a size=1}}x{{/component}}',
        /has no {{{yield}}} for what stands in its block/,
      ],
    ]
    for (const [main, message] of wrong) assert.match(problemsOf({ row, main }).join(), message)
  })

  it('that hand on their data need what those read that get it', () => {
    const templates = { row, around: '{{> row ...}}{{more}}', inner: '{{#with user}}{{> row ...}}{{/with}}' }
    assert.match(
      problemsOf({ ...templates, main: '{{> around more=1}}' }).join(),
      /reads "name"; give it with name=… size=…/,
    )
    assert.deepEqual(problemsOf({ ...templates, main: '{{> around more=1 name=a size=b}}' }), [])
    assert.deepEqual(problemsOf({ ...templates, main: '{{> inner user=a}}' }), [])
  })
})

it('the data of a template is an object', () => {
  assert.match(problemsOf('{{this}}').join(), /The data of a template is an object/)
  assert.match(problemsOf('{{#each this as |x|}}{{/each}}').join(), /The data of a template is an object/)
})

it('Json is what JSON can say, and no function', () => {
  interface Point {
    readonly x: number
  }
  const place = (_value: Json<'a.html.zzz:1:1'>): void => {}
  const point: Point = { x: 1 }
  place(point)
  place([point, 'a', null])
  place({ bind: 1, call: { apply: [true] } })
  place(new Date())
  // @ts-expect-error a function prints nothing
  place(() => 1)
  // @ts-expect-error nor does a class
  place(Date)
  // @ts-expect-error JSON has no bigint
  place(1n)
})

it('nothing is said of what a template reads that could not be read', () => {
  const problems = problemsOf({
    main: '{{> part name=user.name}}{{#component "part"}}{{/component}}',
    part: '{{name | upper',
  })
  assert.deepEqual(problems, ['part.html.zzz:1:1 This tag is never closed by }}'])
})
