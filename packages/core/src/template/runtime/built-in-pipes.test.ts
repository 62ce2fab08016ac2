import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePipes, html } from '../index.ts'
import { problemsOf, renderText } from '../template.suite.ts'

type Row = readonly [template: string, x: unknown, expected: string]

function pipes(rows: readonly Row[], options: Parameters<typeof renderText>[2] = { locale: 'en' }): void {
  for (const [template, x, expected] of rows)
    assert.equal(renderText(template, { x }, options), expected, template)
}

describe('pipes for text', () => {
  it('truncate counts characters as people do', () => {
    pipes([
      ['{{x | truncate:5}}', 'abcde', 'abcde'],
      ['{{x | truncate:5}}', 'abcdef', 'abcd…'],
      ['{{x | truncate:5:"..."}}', 'abcdef', 'ab...'],
      ['{{x | truncate:3:"..."}}', 'abcdef', '...'],
      ['{{x | truncate:2:"..."}}', 'abcdef', 'ab'],
      ['{{x | truncate:3}}', '👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', '👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧'],
      ['{{x | truncate:2}}', '👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', '👨‍👩‍👧…'],
      ['{{x | truncate:2}}', 'e\u0301e\u0301e\u0301', 'e\u0301…'],
      ['{{x | truncate:0}}', 'abc', ''],
      ['{{x | truncate:5}}', null, ''],
    ])
  })

  it('upper and lower know languages', () => {
    pipes([
      ['{{x | upper}}', 'straße i', 'STRASSE I'],
      ['{{x | upper:"tr"}}', 'i', 'İ'],
      ['{{x | lower}}', 'ÀI', 'ài'],
      ['{{x | lower:"tr"}}', 'I', 'ı'],
      ['{{x | upper}}', null, ''],
    ])
    pipes([['{{x | upper}}', 'i', 'İ']], { locale: 'tr' })
  })

  it('default stands in for what is absent or empty', () => {
    pipes([
      ['{{x | default:"-"}}', null, '-'],
      ['{{x | default:"-"}}', '', '-'],
      ['{{x | default:"-"}}', 0, '0'],
      ['{{x | default:"a" | upper}}', undefined, 'A'],
    ])
  })
})

describe('pipes for numbers', () => {
  it('pluralize by the rules of the language', () => {
    const polish = '{{x | pluralize:one="plik":few="pliki":many="plików":locale="pl"}}'
    pipes([
      ['{{x}} {{x | pluralize:"item":"items"}}', 1, '1 item'],
      ['{{x}} {{x | pluralize:"item":"items"}}', 0, '0 items'],
      ['{{x}} {{x | pluralize:"item":"items"}}', 2n, '2 items'],
      [polish, 1, 'plik'],
      [polish, 3, 'pliki'],
      [polish, 5, 'plików'],
      ['{{x | pluralize:"a":"b"}}', null, ''],
    ])
  })

  it('number writes as the language does', () => {
    pipes([
      ['{{x | number}}', 1234567.891, '1,234,567.891'],
      ['{{x | number:2}}', 1.005, '1.01'],
      ['{{x | number:0}}', 2n, '2'],
      ['{{x | number:currency="EUR"}}', 1.5, '€1.50'],
      ['{{x | number:style="percent"}}', 0.5, '50%'],
      ['{{x | number:locale="de"}}', 1234.5, '1.234,5'],
      ['{{x | number}}', null, ''],
    ])
  })
})

describe('format_date', () => {
  const date = new Date('2026-03-09T14:05:07.089Z')

  it('prints by a pattern, in a zone', () => {
    pipes([
      ['{{x | format_date:"YYYY-MM-DD HH:mm:ss.SSS Z"}}', date, '2026-03-09 14:05:07.089 +00:00'],
      ['{{x | format_date:"D MMMM YY, dddd ddd MMM M"}}', date, '9 March 26, Monday Mon Mar 3'],
      ['{{x | format_date:"h:m A hh a H [at] [YYYY]"}}', date, '2:5 PM 02 pm 14 at YYYY'],
      ['{{x | format_date:"YYYY-MM-DD HH:mm Z":zone="Asia/Tokyo"}}', date, '2026-03-09 23:05 +09:00'],
      ['{{x | format_date:"D. MMMM":locale="de"}}', date, '9. März'],
      ['{{x | format_date:"YYYY"}}', '2026-01-01', '2026'],
      ['{{x | format_date:"YYYY"}}', 0, '1970'],
      ['{{x | format_date:"YYYY"}}', { epochMilliseconds: 0 }, '1970'],
      ['{{x | format_date:"YYYY"}}', null, ''],
    ])
    pipes([['{{x | format_date:"HH:mm"}}', date, '15:05']], { timeZone: 'Europe/Zurich' })
  })

  it('prints in the form of the language', () => {
    pipes([
      ['{{x | format_date}}', date, 'Mar 9, 2026'],
      ['{{x | format_date:date="long"}}', date, 'March 9, 2026'],
      ['{{x | format_date:date="short":locale="de"}}', date, '09.03.26'],
      ['{{x | format_date:time="short":locale="de":zone="Asia/Tokyo"}}', date, '23:05'],
    ])
  })

  it('refuses what is no date, and patterns it does not know', () => {
    assert.throws(() => renderText('{{x | format_date:"YYYY"}}', { x: 'tomorrow' }), {
      code: 'ZZZ_TEMPLATE_VALUE',
      message: 'format_date: "tomorrow" is no date',
    })
    assert.match(
      problemsOf('{{x | format_date:"yyyy-MM"}}').join(),
      /no token "yyyy".* Did you mean "YYYY"\?/,
    )
  })
})

it('json gives JSON, escaped as text', () => {
  pipes([
    ['{{x | json}}', { a: '<' }, '{&quot;a&quot;:&quot;&lt;&quot;}'],
    ['{{x | json}}', undefined, 'null'],
  ])
})

describe('pipes of the application', () => {
  const own = definePipes({
    repeat: (text: string, times: number, options?: { between?: string }) =>
      Array.from({ length: times }, () => text).join(options?.between ?? ''),
    bold: (text: string) => html`<b>${text}</b>`,
  })

  it('get arguments and options, and may give HTML', () => {
    const options = { pipes: own }
    pipes(
      [
        ['{{x | repeat:2}}', '<', '&lt;&lt;'],
        ['{{x | repeat:3:between="-" | upper}}', 'a', 'A-A-A'],
        ['{{x | bold}}', '<', '<b>&lt;</b>'],
        ['{{#if (x | repeat:2) == "aa"}}yes{{/if}}', 'a', 'yes'],
      ],
      options,
    )
  })

  it('have names that are free', () => {
    assert.throws(() => definePipes({ upper: (x: string) => x }), {
      code: 'ZZZ_OPTION_INVALID',
      message: /"upper" is built in/,
    })
    assert.throws(() => definePipes({ t: (x: string) => x }), { message: /"t" is built in or reserved/ })
    assert.throws(() => definePipes({ 'a-b': (x: string) => x }), {
      message: /"a-b" cannot stand in a template/,
    })
  })
})

it('what a pipe takes is checked where the template is compiled', () => {
  const refused: readonly [string, RegExp][] = [
    ['{{x | uper}}', /There is no pipe "uper"\. Did you mean "upper"\?/],
    ['{{x | t}}', /There is no pipe "t"\. "t" is reserved for translations/],
    ['{{x | constructor}}', /There is no pipe "constructor"/],
    ['{{x | truncate}}', /The pipe truncate needs an argument/],
    ['{{x | truncate:"5"}}', /This is string, and has to be a number here/],
    ['{{x | truncate:1:"a":2}}', /takes at most 2 arguments/],
    ['{{x | upper:locale="de"}}', /The pipe upper takes no options/],
    ['{{x | number:curency="EUR"}}', /knows currency, style, notation, locale\. Did you mean "currency"\?/],
    ['{{x | number | number}}', /This is string, and has to be what the pipe number takes/],
    [
      '{{x | upper}}{{x | number}}',
      /has to be what the pipe number takes \(number, bigint\) here, and string at main.html.zzz:1:3/,
    ],
    ['{{5 | upper}}', /This is number, and has to be what the pipe upper takes/],
    ['{{x == 1}}', /This is boolean, and has to be something that can be printed/],
    ['{{#each xs as |x, i|}}{{i | upper}}{{/each}}', /This is number/],
    ['{{#each xs as |x|}}{{@first}}{{/each}}', /This is boolean/],
  ]
  for (const [template, message] of refused) {
    const problems = problemsOf(template)
    assert.equal(problems.length, 1, `${template}: ${problems.join('; ')}`)
    assert.match(problems[0] as string, message)
  }
})
