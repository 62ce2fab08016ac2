import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { buildViews, generateViews, loadViews } from '../build.ts'
import { TemplateError, type View } from '../index.ts'
import { toPage } from '../runtime/render.ts'

// Inside the repository, so that generated files find our packages.
const root = resolve(import.meta.dirname, '../../../../../.tmp')
mkdirSync(root, { recursive: true })
const folder = mkdtempSync(join(root, 'views-'))
after(() => rmSync(folder, { recursive: true }))
let count = 0

/** A folder of its own with templates and other files. */
function project(files: Readonly<Record<string, string>>): string {
  const place = join(folder, `${count++}`)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), text)
  }
  mkdirSync(join(place, 'views'), { recursive: true })
  return place
}

const load = (place: string) => import(pathToFileURL(join(place, 'views.gen.ts')).href)
const page = toPage({})

describe('generateViews', () => {
  it('writes types and values, once', async () => {
    const place = project({
      'views/users/show.html.zzz': '<p>{{name}}</p>\n',
      'views/404.html.zzz': 'gone',
      'views/two-words/a.b.html.zzz': '{{> users/show name=x}}',
      'views/layouts/app.html.zzz': '{{title}}{{{yield}}}',
    })
    const first = await generateViews({ root: join(place, 'views') })
    assert.deepEqual(first, { file: join(place, 'views.gen.ts'), templates: 4, changed: true })
    assert.equal((await generateViews({ root: pathToFileURL(join(place, 'views')) })).changed, false)
    const text = readFileSync(first.file, 'utf8')
    for (const part of [
      'export interface UsersShowData {\n  /** users/show.html.zzz:1:6 */\n  readonly name: Printable<"users/show.html.zzz:1:6">\n}',
      'export interface View404Data {',
      'readonly x: UsersShowData["name"]',
      'export type Shared = LayoutsAppData',
      'app: createLayout<Shared>("layouts/app", load("layouts/app"))',
      '"a.b": createView<TwoWordsABData>("two-words/a.b", load("two-words/a.b"))',
    ]) {
      assert.ok(text.includes(part), `${part}\nis not in\n${text}`)
    }
    const { views } = (await load(place)) as { views: Record<string, Record<string, View<object>>> }
    assert.equal(views.users?.show?.render({ name: '<' }), '<p>&lt;</p>')
    assert.equal(views['two-words']?.['a.b']?.render({ x: 1 }), '<p>1</p>')
    assert.equal(String(views.users?.show?.html({ name: 'x' })), '<p>x</p>')
  })

  it('takes pipes from beside the folder', async () => {
    const place = project({
      'views/a.html.zzz': '{{x | twice}}',
      'pipes.ts':
        "import { definePipes } from '@zzz/core/template'\nexport const pipes = definePipes({ twice: (x: string) => x + x })",
    })
    await generateViews({ root: join(place, 'views') })
    const { views } = (await load(place)) as { views: { a: View<object> } }
    assert.equal(views.a.render({ x: 'a' }), 'aa')
    const bad = project({ 'views/a.html.zzz': '', 'pipes.ts': 'export const other = 1' })
    await assert.rejects(generateViews({ root: join(bad, 'views') }), /has to export "pipes"/)
  })

  it('reports what is wrong in all templates at once', async () => {
    const place = project({
      'views/a.html.zzz': '{{> b}}{{> missin}}',
      'views/b.html.zzz': '{{> a}}',
      'views/missing.html.zzz': '{{#content "hed"}}{{/content}}',
      'views/layouts/app.html.zzz': '{{{yield "head"}}}',
      'views/users.html.zzz': 'x{{> layouts/app}}',
      'views/users/show.html.zzz': '{{#component "missing" a=1}}x{{#slot "y"}}{{/slot}}{{/component}}',
      'views/c.html.zzz': '{{#props a: A}}{{#import { A } from "./x.ts"}}{{a}}{{b}}',
      'views/e.html.zzz': '{{#import { Text } from "./x.ts"}}',
      'views/d.html.zzz': '{{#props a: A}}{{#import { A } from "./y.ts"}}{{a}}',
    })
    await assert.rejects(generateViews({ root: join(place, 'views') }), (error) => {
      assert.ok(error instanceof TemplateError)
      const found = error.problems
        .map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)
        .join('\n')
      for (const expected of [
        'b.html.zzz:1:1 Templates cannot contain themselves: a → b → a',
        'a.html.zzz:1:8 There is no template "missin" for this partial. Did you mean "missing"?',
        'missing.html.zzz:1:1 No layout has {{{yield "hed"}}}. Did you mean "head"?',
        'users.html.zzz:1:2 "layouts/app" is a layout; name it with {{#layout',
        'users.html.zzz:1:1 views.users would be this template and the folder beside it',
        'users/show.html.zzz:1:24 The component "missing" reads no "a".',
        'users/show.html.zzz:1:1 The component "missing" has no',
        'c.html.zzz:1:54 {{#props}} does not declare "b".',
        'd.html.zzz:1:25 "A" is A of ./x.ts already',
        'e.html.zzz:1:10 "Text" is a name of the generated file already: import { Text as OtherText }',
      ]) {
        assert.ok(found.includes(expected), `${expected}\nis not in\n${found}`)
      }
      // Printed, as at the end of a program, it says everything once.
      assert.equal(inspect(error).split('reads no "a"').length, 2, inspect(error))
      return true
    })
    assert.ok(!existsSync(join(place, 'views.gen.ts')))
  })

  it('refuses options that make no sense', async () => {
    await assert.rejects(generateViews({ root: join(folder, 'nowhere') }), /there is no folder/)
    await assert.rejects(generateViews({ root: '' }), { code: 'ZZZ_OPTION_INVALID' })
  })

  it('makes an empty file of an empty folder', async () => {
    const place = project({})
    assert.equal((await generateViews({ root: join(place, 'views') })).templates, 0)
    assert.deepEqual((await load(place)).views, {})
  })
})

describe('buildViews', () => {
  it('writes modules that need neither templates nor compiler', async () => {
    const place = project({
      'views/users/show.html.zzz': '{{#each xs as |x|}}{{> ./row x}}{{/each}}{{x | twice | truncate:3}}',
      'views/users/row.html.zzz': '<b>{{name}}</b>',
      'views/layouts/app.html.zzz': '{{title}}{{{yield}}}',
      'pipes.ts':
        "import { definePipes } from '@zzz/core/template'\nexport const pipes = definePipes({ twice: (x: string) => x + x })",
      'views.gen/old.ts': '// @ts-nocheck: JavaScript, compiled by buildViews; do not edit.\n',
      'views.gen/mine.ts': '// written by hand',
    })
    const built = await buildViews({ root: join(place, 'views') })
    assert.deepEqual([built.templates, built.changed], [3, true])
    assert.equal((await buildViews({ root: join(place, 'views') })).changed, false)
    assert.ok(!existsSync(join(place, 'views.gen/old.ts')))
    assert.ok(existsSync(join(place, 'views.gen/mine.ts')))
    rmSync(join(place, 'views'), { recursive: true })
    const texts = [built.file, join(place, 'views.gen/users/show.ts')].map((file) =>
      readFileSync(file, 'utf8'),
    )
    for (const text of texts) assert.ok(!text.includes('@zzz/core/template/build'))
    const { views } = (await load(place)) as { views: { users: { show: View<object> } } }
    const data = { xs: [{ name: 'a' }, { name: '<' }], x: 'zz' }
    assert.equal(views.users.show.render(data), '<b>a</b><b>&lt;</b>zz…')
  })
})

describe('loadViews', () => {
  /** Changes a file so that its time differs, however coarse the clock of the file system is. */
  function change(file: string, text: string): void {
    writeFileSync(file, text)
    const later = new Date(Date.now() + 5000 * ++count)
    utimesSync(file, later, later)
  }

  it('compiles again what has changed, partials included', () => {
    const place = project({ 'views/a.html.zzz': 'a{{> b}}', 'views/b.html.zzz': 'b' })
    const view = loadViews({ root: join(place, 'views'), reload: true })('a')
    const compiled = view()
    assert.equal(compiled.render(page, {}), 'ab')
    assert.equal(view(), compiled)
    change(join(place, 'views/b.html.zzz'), 'c')
    assert.equal(view().render(page, {}), 'ac')
    change(join(place, 'views/a.html.zzz'), '{{#if}}')
    assert.throws(() => view(), TemplateError)
    change(join(place, 'views/a.html.zzz'), 'fine')
    assert.equal(view().render(page, {}), 'fine')
  })

  it('finds a partial that was missing as soon as it is there', () => {
    const place = project({ 'views/a.html.zzz': '{{> b}}' })
    const view = loadViews({ root: join(place, 'views'), reload: true })('a')
    assert.throws(() => view(), /There is no template "b"/)
    change(join(place, 'views/b.html.zzz'), 'b')
    assert.equal(view().render(page, {}), 'b')
  })

  it('compiles once without reload', () => {
    const place = project({ 'views/a.html.zzz': 'a' })
    const view = loadViews({ root: join(place, 'views'), reload: false })('a')
    assert.equal(view().render(page, {}), 'a')
    change(join(place, 'views/a.html.zzz'), 'b')
    assert.equal(view().render(page, {}), 'a')
  })

  it('names what is not there, and reads nothing outside', () => {
    const place = project({ 'views/show.html.zzz': '', 'secret.html.zzz': 'secret' })
    const load = loadViews({ root: join(place, 'views') })
    assert.throws(() => load('shwo')(), /There is no such template. Did you mean "show"\?/)
    assert.throws(() => load('../secret')(), /There is no such template/)
  })
})
