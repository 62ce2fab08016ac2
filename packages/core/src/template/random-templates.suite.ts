/** A whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T

const fragments = [
  '{{', '}}', '{{{', '}}}', '{{~', '~}}', '{{{{raw}}}}', '{{{{/raw}}}}', '{{!', '{{!--', '--}}', '{', '}', '~',
  '#if ', '/if', 'else', 'else if ', '#each ', '/each', ' as |a|', ' as |a, b|', '#with ', '/with', '#await ', '/await',
  '#component "', '/component', '#slot "x"', '/slot', '#content "x"', '/content', 'yield', '#yield "x"', '/yield',
  '#props ', '#import ', '#layout "', '> ', 'a', 'b.c', 'a["b"]', '.0', '...', 'this', '@index', '@shared.x', '@slots.y',
  ' and ', ' or ', 'not ', ' == ', ' < ', '(', ')', ' | ', 'upper', 'truncate', ':', '=', ',', '"', "'", '12', '-1.5', '\\',
  '<', '>', '</', '/>', '<p ', 'class=', 'href="', 'style="', 'onclick="', '<script>', '</script>', '<style>', '</style>',
  '<!--', '-->', '<title>', '</title>', '<svg>', '</svg>', '&#x41', '&amp;', 'javascript:', 'url(', '/*', '*/', '//', '`', '$',
  ' ', '\n', '\t', '\0', '\u2028', '\ud800', '👋', 'é', '__proto__', 'constructor',
] // biome-ignore format: a table

/** Pieces of the language and of HTML in any order. */
export function randomGarbage(random: Random): string {
  return Array.from({ length: 1 + random(25) }, () => pick(random, fragments)).join('')
}

/** A template that is right, with values in every context that takes one. */
export function randomTemplate(random: Random, depth = 3): string {
  return Array.from({ length: 1 + random(4) }, () => randomPiece(random, depth)).join(
    pick(random, ['', ' ', '\n']),
  )
}

const values = [
  's',
  'o.p',
  'n',
  'list.0.s',
  's | upper',
  's | truncate:3',
  'gone | default:"-"',
  'h',
  'n | number',
]
const conditions = [
  's',
  'no',
  'not no',
  'n > 3',
  'o.p == "x"',
  'gone and gone.x',
  'list.length',
  '(s or no) and n != 1',
]
const places = [
  (x: string) => `<p title="${x}">${x}</p>`,
  (x: string) => `<p title=${x} class='a ${x}'>`,
  (x: string) => `<!-- ${x} -->`,
  (x: string) => `<textarea>${x}</textarea>`,
]

function randomPiece(random: Random, depth: number): string {
  const value = () => `{{${pick(random, values)}}}`
  const body = () => randomTemplate(random, depth - 1)
  switch (depth <= 0 ? random(5) : random(13)) {
    case 0:
      return pick(random, ['text', '<br>', '<b>x</b>', '\n', '&amp;'])
    case 1:
      return value()
    case 2:
      return pick(random, places)(value())
    case 3:
      return pick(random, [
        '<a href="{{s}}">x</a>', '<a href="/{{s}}?q={{s}}#{{s}}">x</a>', '<a href="a{{s}}{{n}}">x</a>', '<img srcset="{{s}} 2x">',
        '<p style="color: {{s}}">', `<p style="background: url('{{s}}')">`, '<style>a { b: {{s}}; c: "{{s}}" }</style>',
        '<script>f({{s}}, {{o}}) // {{s}}\n</script>', '<iframe srcdoc="{{s}}"></iframe>', '<p{{#if no}} a{{/if}} b={{s}}>',
      ]) // biome-ignore format: a table
    case 4:
      return '{{{s2}}}'
    case 5:
    case 6:
      return `{{#if ${pick(random, conditions)}}}${body()}{{else if ${pick(random, conditions)}}}${body()}{{else}}${body()}{{/if}}`
    case 7:
    case 8:
      return `{{#each ${pick(random, ['list', 'empty', 'set'])} as |v, i|}}{{i}}${body()}{{#if not @last}},{{/if}}{{else}}${body()}{{/each}}`
    case 9:
      return `{{#with ${pick(random, ['o', 'gone'])} as |w|}}${body()}{{else}}${body()}{{/with}}`
    case 10:
      return pick(random, ['{{> part ...}}', '{{> part s=s n=5}}', '{{> part ...o s="x" n=n}}'])
    case 11:
      return `{{#component "card" title=s}}${body()}{{#slot "foot"}}${body()}{{/slot}}{{/component}}`
    default:
      return `{{#content "head"}}${body()}{{/content}}`
  }
}

/** The templates that random ones put in. */
export const parts: Readonly<Record<string, string>> = {
  part: '<i>{{s}}{{n}}</i>',
  card: '<s>{{title}}{{{yield}}}{{#if @slots.foot}}<u>{{{yield "foot"}}}</u>{{/if}}{{#yield "side"}}none{{/yield}}</s>',
}

const hostile = [
  '<script>x</script>', '">\'><b>', '-->', '</textarea>', '</script>', '</style>', 'javascript:x', '\u2028', '&', '', ' ', "' onx='",
  '</title', '*/', '`', '=', 'a,b c', '\\', '\ud800', ';}', 'url(x)', '--!>', '\0',
] // biome-ignore format: a table

/** Data for a random template; every text in it may be hostile. */
export function randomData(random: Random, text = () => pick(random, hostile)): object {
  return {
    s: text(),
    s2: 'raw',
    n: random(7),
    h: random(2) === 0 ? text() : 12n,
    o: { p: pick(random, ['x', text()]), s: text(), n: 1 },
    no: false,
    gone: pick(random, [null, undefined]),
    list: Array.from({ length: random(4) }, () => ({ s: text() })),
    empty: [],
    set: new Set([1, 2].slice(random(3))),
  }
}
