import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createApp, get } from '@zzz/core'
import { serve } from '@zzz/core/server'
import { createView, html, raw } from '@zzz/core/template'
import { loadViews } from '@zzz/core/template/build'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { without } from '../tls/tools.ts'
import { addresses, markup, payloads } from './payloads.ts'

/**
 * Every payload in every context, in pages that Chromium loads: no script may run, and where the value can be read back
 * it has to be the payload. Raw output shows that the same harness sees scripts that do run.
 */

interface Case {
  readonly template: string
  /** An expression of `e`, the element, `x`, the payload, and `n(x)` and `a(x)`, the payload as the
   * text and the attributes of HTML keep it; true where all is well. */
  readonly probe: string
  /** All of them by default. */
  readonly payloads?: readonly string[]
}

const safe = '!/^(?:javascript:|vbscript:|data:(?!image)|blob:|view-source:)/i.test'

const cases: Readonly<Record<string, Case>> = {
  text: { template: '<p class="e">{{x}}</p>', probe: 'e.textContent === n(x)' },
  'double quotes': { template: '<p class="e" title="{{x}}"></p>', probe: 'e.title === a(x)' },
  'single quotes': { template: "<p class=e title='a{{x}}b'></p>", probe: "e.title === 'a' + a(x) + 'b'" },
  'no quotes': { template: '<p class=e title={{x}} id=z></p>', probe: "e.title === a(x) && e.id === 'z'" },
  input: { template: '<input class="e" value="{{x}}">', probe: 'e.getAttribute("value") === a(x)' },
  textarea: { template: '<textarea class="e">-{{x}}</textarea>', probe: "e.value === '-' + a(x)" },
  title: { template: '<svg class="e"><title>{{x}}</title></svg>', probe: 'e.textContent === n(x)' },
  noscript: { template: '<noscript class="e">{{x}}</noscript>', probe: 'e.children.length === 0' },
  comment: {
    template: '<div class="e"><!-- {{x}}> --></div>',
    probe: 'e.childNodes.length === 1 && e.firstChild.nodeType === 8',
  },
  link: { template: '<a class="e" href="{{x}}">x</a>', probe: `${safe}(e.href)` },
  'link without quotes': { template: '<a class=e href={{x}}>x</a>', probe: `${safe}(e.href)` },
  'link in two parts': { template: '<a class="e" href="{{x}}{{x}}">x</a>', probe: `${safe}(e.href)` },
  'link behind a word': { template: '<a class="e" href="java{{x}}">x</a>', probe: `${safe}(e.href)` },
  'link behind a slash': { template: '<a class="e" href="/{{x}}">x</a>', probe: 'e.host === location.host' },
  'link with a query': {
    template: '<a class="e" href="/s?q={{x}}&amp;r=1">x</a>',
    probe: "new URL(e.href).searchParams.get('q') === x.toWellFormed()",
  },
  'link in SVG': {
    template: '<svg><a class="e" xlink:href="{{x}}"></a></svg>',
    probe: `${safe}(e.href.baseVal.trim())`,
  },
  form: {
    template: '<form class="e" action="{{x}}"><button formaction="{{x}}"></button></form>',
    probe: `${safe}(e.action) && ${safe}(e.firstChild.formAction)`,
  },
  image: { template: '<img class="e" src="{{x}}" srcset="{{x}} 2x" alt="{{x}}">', probe: 'e.alt === a(x)' },
  frame: {
    template: '<iframe class="e" src="{{x}}"></iframe>',
    probe: `${safe}(e.src)`,
    payloads: addresses,
  },
  'frame with a document': {
    template: '<iframe class="e" srcdoc="{{x}}"></iframe>',
    probe: 'e.contentDocument.body.children.length === 0',
    payloads: markup,
  },
  object: {
    template: '<object class="e" data="{{x}}"></object><embed src="{{x}}">',
    probe: `${safe}(e.data)`,
    payloads: addresses,
  },
  style: {
    template: '<p class="e" style="color: {{x}}; width: 7px"></p>',
    probe: "e.style.width === '7px' && e.style.length <= 2",
  },
  'style sheet': {
    template: '<style class="e">.a { color: {{x}} } .z { width: 7px }</style>',
    probe: "e.sheet.cssRules.length === 2 && e.sheet.cssRules[1].selectorText === '.z'",
  },
  'style text': {
    template: '<style class="e">.a::before { content: "{{x}}" } .z { width: 7px }</style>',
    probe: 'e.sheet.cssRules.length === 2',
  },
  'style address': {
    template: `<p class="e" style="background: url('{{x}}'); width: 7px"></p>`,
    probe: "e.style.width === '7px'",
  },
  script: { template: '<script class="e">seen.push({{x}})</script>', probe: 'seen.shift() === x' },
  'script in a template literal': {
    template: '<script class="e">seen.push(`$\u007b {{x}} }`)</script>',
    probe: 'seen.shift() === x',
  },
  'script comment': {
    template: '<script class="e">/* {{x}} */ seen.push(1) // {{x}}\n</script>',
    probe: 'seen.shift() === 1',
  },
  'script in SVG': {
    template: '<svg><script class="e">seen.push({{x}})</script></svg>',
    probe: 'seen.shift() === x',
  },
  json: {
    template: '<script class="e" type="application/json">{"a": {{x}}}</script>',
    probe: 'JSON.parse(e.textContent).a === x',
  },
}

const names = Object.keys(cases)
const payloadsOf = (index: number) => cases[names[index] as string]?.payloads ?? payloads
const folder = mkdtempSync(join(tmpdir(), 'zzz-corpus-'))
for (const [index, name] of names.entries()) {
  const { template } = cases[name] as Case
  mkdirSync(join(folder, 'views'), { recursive: true })
  writeFileSync(join(folder, `views/case${index}.html.zzz`), `{{#each xs as |x|}}${template}{{/each}}`)
}
const load = loadViews({ root: join(folder, 'views') })

const page = (body: unknown) =>
  html`<!doctype html><meta charset="utf-8"><title>corpus</title><script>self.seen = []; self.hits = 0; self.xss = () => { hits++ }</script><body>${body as string}`

const app = createApp({
  environment: 'test',
  routes: [
    get('/case/:index', (ctx) => {
      const name = `case${ctx.params.index}`
      const view = createView<{ xs: readonly string[] }>(name, load(name))
      return ctx.html(String(page(view.html({ xs: payloadsOf(Number(ctx.params.index)) }))))
    }),
    get('/literal', (ctx) =>
      ctx.html(
        String(
          page(
            payloads.map(
              (x) =>
                html`<p class="e" title=${x}>${x}</p><a href="${x}" style="color: ${x}">x</a><script>seen.push(${x})</script>`,
            ),
          ),
        ),
      ),
    ),
    get('/raw/:index', (ctx) => ctx.html(String(page(raw(payloads[Number(ctx.params.index)] as string))))),
  ],
})

describe('the escaping corpus in Chromium', { skip: without('chromium') }, () => {
  let context: BrowserContext
  let tab: Page
  let server: Awaited<ReturnType<typeof serve>>
  before(async () => {
    context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      ],
    })
    tab = await context.newPage()
    server = await serve(app, { port: 0, signals: false, drain: 0 })
  })
  after(async () => {
    await context?.close()
    await server?.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  /** Loads a page, waits for what its elements do on their own, and gives how many scripts ran. */
  async function open(path: string): Promise<number> {
    await tab.goto(`${server.address.url}${path}`, { waitUntil: 'load' })
    return tab.evaluate(settle)
  }

  const pairs = names.reduce((sum, _, index) => sum + payloadsOf(index).length, 0)
  it(`has ${payloads.length} payloads in ${names.length} contexts, ${pairs} pairs`, () =>
    assert.ok(pairs >= 300))

  for (const [index, name] of names.entries()) {
    it(`runs nothing: ${name}`, async () => {
      assert.equal(await open(`/case/${index}`), 0)
      const { probe } = cases[name] as Case
      assert.deepEqual(await tab.evaluate(compare, { probe, payloads: [...payloadsOf(index)] }), [])
    })
  }

  it('runs nothing in html literals', async () => {
    assert.equal(await open('/literal'), 0)
    const probe = 'e.textContent === n(x) && e.title === a(x) && seen.shift() === x'
    assert.deepEqual(await tab.evaluate(compare, { probe, payloads: [...payloads] }), [])
  })

  it('would see what runs', async () => {
    let ran = 0
    for (const index of [0, 2, 4, 7, 10, 13, 14]) ran += Math.min(1, await open(`/raw/${index}`))
    assert.equal(ran, 7)
  })
})

/** Runs in the page: waits until elements made later have had their events, and counts what ran. */
async function settle(): Promise<number> {
  const scope = globalThis as unknown as { hits: number; document: { createElement(name: string): Probed } }
  const focusable = (globalThis as unknown as { document: { querySelectorAll(s: string): Iterable<Probed> } })
    .document
  for (const element of focusable.querySelectorAll('[onfocus], [autofocus], [onmouseover]')) element.focus?.()
  await new Promise<void>((resolve) => {
    const image = scope.document.createElement('img')
    image.onerror = () => resolve()
    image.src = 'data:image/png,x'
  })
  return scope.hits
}

interface Probed {
  src: string
  onerror: () => void
  focus?: () => void
}

/** Runs in the page: the payloads whose probe is not true. */
function compare({ probe, payloads }: { probe: string; payloads: string[] }): string[] {
  const scope = globalThis as unknown as {
    document: { querySelectorAll(selector: string): ArrayLike<unknown> }
  }
  const elements = scope.document.querySelectorAll('.e')
  if (elements.length !== payloads.length) return [`${elements.length} elements`]
  // HTML has no lone carriage return, and no NUL: text leaves it out, attributes replace it.
  const lines = (text: string) => text.replaceAll('\r', '\n')
  const inText = (text: string) => lines(text).replaceAll('\0', '')
  const inAttribute = (text: string) => lines(text).replaceAll('\0', '\ufffd')
  const test = new Function('e', 'x', 'n', 'a', `return ${probe}`)
  return payloads.filter((payload, index) => test(elements[index], payload, inText, inAttribute) !== true)
}
