import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ZzzError } from '../errors.ts'
import { analyse } from './analysis.ts'
import { link } from './compiler/link.ts'
import { readHtml } from './escaping/html-reader.ts'
import { htmlStart } from './escaping/html-state.ts'
import { declareShape } from './inference/type-text.ts'
import { Source } from './problem.ts'
import {
  parts,
  type Random,
  randomData,
  randomGarbage,
  randomTemplate,
  seeded,
} from './random-templates.suite.ts'
import { renderPage, toPage } from './runtime/render.ts'
import { compileTexts, renderText } from './template.suite.ts'
import { TemplateError } from './template-error.ts'

const rounds = process.env.ZZZ_TEST_SIZE === 'full' ? 60_000 : 2000
const page = () => toPage({ shared: { x: '<' } })

/** Runs so many rounds, each with its own seed, which a failure names. */
function fuzz(round: (random: Random) => void, times = rounds): void {
  for (let seed = 0; seed < times; seed++) {
    try {
      round(seeded(seed))
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
  }
}

it('text of any kind compiles, or has problems', () => {
  let compiled = 0
  fuzz((random) => {
    const source = new Source('main.html.zzz', randomGarbage(random))
    const find = (name: string) =>
      name === 'main' ? source : name in parts ? new Source(name, parts[name] as string) : undefined
    const { templates, problems } = analyse(['main'], ['main'], find, {
      pipes: new Set(),
      typeOf: () => 'Data',
    })
    const analysed = templates.get('main')
    assert.ok(analysed !== undefined)
    declareShape('Data', analysed.inferred.root)
    if (problems.length > 0) return
    compiled++
    try {
      renderPage(link('main', templates, {}, new Map()), randomData(random), undefined, page())
    } catch (error) {
      // Data of a type that the template does not take.
      if (!(error instanceof ZzzError) && !(error instanceof TypeError)) throw error
    }
  })
  assert.ok(compiled > rounds / 50, `only ${compiled} of ${rounds} compiled`)
})

it('bytes of any kind compile, or have problems', () => {
  fuzz((random) => {
    const bytes = Uint8Array.from({ length: random(40) }, () => random(256))
    try {
      compileTexts(`{{${Buffer.from(bytes).toString('latin1')}`)
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
    }
  }, rounds / 3)
})

it('parts join to the text that rendering gives', () => {
  fuzz((random) => {
    const templates = { main: randomTemplate(random), ...parts }
    renderText(templates, randomData(random), { shared: { x: 'y' } })
  }, rounds / 4)
})

it('what is in the data changes no tag and no attribute', () => {
  fuzz((random) => {
    const compiled = compileTexts({ main: randomTemplate(random), ...parts })
    const hostile = randomData(random)
    const outline = (data: object) => skeleton(renderPage(compiled, data, undefined, page()))
    assert.deepEqual(outline(hostile), outline(tamed(hostile)))
  }, rounds / 4)
})

/** The data with a harmless text in place of each hostile one; empty ones stay, since conditions ask for them. */
function tamed(value: unknown): never {
  if (typeof value === 'string')
    return (value === '' || value === 'x' || value === 'raw' ? value : 'y') as never
  if (Array.isArray(value)) return value.map((item) => tamed(item)) as never
  if (typeof value !== 'object' || value === null || value instanceof Set) return value as never
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tamed(item)])) as never
}

/** The tags and attributes of HTML, in order, as the tokenizer meets them. */
function skeleton(html: string): string[] {
  const outline: string[] = []
  let state = htmlStart
  let before = ''
  for (const character of html) {
    state = readHtml(state, character).state
    const { place, element, attribute, ends } = state
    if (place === 'text' || place === 'comment' || place === 'value') {
      const now =
        place === 'text' ? 'text' : place === 'comment' ? 'comment' : `${ends}${element} ${attribute}`
      if (now !== before) outline.push(now)
      before = now
    } else before = place
  }
  return outline
}
