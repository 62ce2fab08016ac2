import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, it } from 'node:test'
import { generateViews } from '@zzz/core/template/build'

const root = resolve(import.meta.dirname, '../..')
const list = '{{#each errors.email as |line|}}{{line}}{{/each}}'
const guarded = `{{#if errors.email}}${list}{{/if}}`

/** Templates that the type checker takes. */
const fine: Readonly<Record<string, string>> = {
  below: `{{#props errors: { email?: readonly string[] }}}${guarded}`,
  'below-optional': `{{#props errors?: { email?: readonly string[] }}}{{#if errors}}${guarded}{{/if}}`,
  nullable: '{{#props user: { name?: string | null } | null}}{{#if user}}{{user.name | default:"?"}}{{/if}}',
  items:
    '{{#props xs: readonly { a?: { b?: string } }[]}}{{#each xs as |x|}}{{#if x.a}}{{#if x.a.b != null}}{{x.a.b}}{{/if}}{{/if}}{{/each}}{{xs.length}}',
  'one-of': '{{#props x: { a: string } | { a?: number }}}{{x.a | default:"-"}}',
  any: '{{#props x: any, y: Date, z: Map<string, { a?: number }>}}{{x.a.b}}{{y | format_date}}{{#if z.size}}{{z.size}}{{/if}}',
  record: '{{#props errors: Record<string, readonly string[]>}}' + guarded,
  tree: '{{#props x: { next?: { next?: { name: string } } }}}{{#if x.next}}{{#if x.next.next}}{{x.next.next.name}}{{/if}}{{/if}}',
  card: '{{#props errors?: readonly string[], title: string}}{{#if errors}}{{#each errors as |e|}}{{e}}{{/each}}{{/if}}{{title}}',
  page: '{{#component "card" errors=null title="x"}}{{/component}}{{#component "card" title="x"}}{{/component}}',
}

/** Templates that it refuses, and what its message has to say. */
const refused: Readonly<Record<string, readonly [template: string, ...says: string[]]>> = {
  unguarded: [`{{#props errors: { email?: readonly string[] }}}${list}`, 'unguarded.html.zzz:1:57'],
  misspelt: [`{{#props errors: { emial?: readonly string[] }}}${guarded}`, "Property 'email' is missing"],
  number: ['{{#props x: { a?: Date }}}{{#if x.a}}{{x.a}}{{/if}}', 'number.html.zzz:1:40'],
  item: ['{{#props xs: readonly { a?: string }[]}}{{#each xs as |x|}}{{x.a}}{{/each}}', 'item.html.zzz:1:62'],
  text: ['{{#props xs?: string}}{{#if xs}}{{#each xs as |x|}}{{x}}{{/each}}{{/if}}', 'text.html.zzz:1:41'],
  record: [`{{#props errors: Record<string, readonly string[]>}}${list}`, 'record.html.zzz:1:61'],
  caller: ['<p>\n{{> text xs=3}}{{> text xs=null}}', 'caller.html.zzz:2:13'],
}

const form = '{{#if errors.email}}{{#each errors.email as |line|}}{{line}}{{/each}}{{/if}}'

/** A handler that shows a form before and after it was sent. */
const handler = `import { cast, change, integer, schema, text } from '@zzz/db'
import { views } from './views.gen.ts'
const Note = schema('notes', { email: text(), age: integer().nullable(), password: text().virtual() })
views.form.render({ errors: change(Note).traverseErrors() })
views.form.render({ errors: cast(Note, {}, ['email']).traverseErrors() })
views.declared.render({ errors: change(Note).traverseErrors() })
// @ts-expect-error the schema has no such field
views.misspelt.render({ errors: change(Note).traverseErrors() })
`

let folder: string

before(() => {
  mkdirSync(join(root, '.tmp'), { recursive: true })
  folder = mkdtempSync(join(root, '.tmp/props-'))
})
after(() => rmSync(folder, { recursive: true }))

/** What the type checker says of the generated types of these templates, a text for each message. */
async function check(
  name: string,
  templates: Readonly<Record<string, string>>,
  code = '',
): Promise<string[]> {
  const place = join(folder, name)
  mkdirSync(join(place, 'views'), { recursive: true })
  for (const [name, text] of Object.entries(templates)) {
    writeFileSync(join(place, `views/${name}.html.zzz`), text)
  }
  writeFileSync(join(place, 'handler.ts'), code)
  await generateViews({ root: join(place, 'views') })
  const config = { extends: '../../../tsconfig.json', include: ['*.ts'] }
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(tsc, ['-p', '.', '--pretty', 'false'], { cwd: place, encoding: 'utf8' })
  return stdout.split(/^(?=\S)/m)
}

it('declared data that may be left out, at any level, is fine where its use is guarded', async () => {
  assert.deepEqual(await check('fine', fine), [''])
})

it('declared data that does not fit is refused at the place of the template', async () => {
  const templates = Object.entries(refused).map(([name, [template]]) => [name, template] as const)
  const messages = await check('refused', Object.fromEntries(templates))
  for (const [name, [, ...says]] of Object.entries(refused)) {
    const found = messages.some((message) => says.every((part) => message.includes(part)))
    assert.ok(found, `${name}: ${says.join(', ')}\nis not in\n${messages.join('')}`)
  }
  assert.equal(messages.length, Object.keys(refused).length, messages.join(''))
})

it('a template takes the errors of a changeset, before anything was sent too', async () => {
  const declared = `{{#props errors: { email: readonly string[] | undefined }}}${form}`
  const templates = { form, declared, misspelt: form.replaceAll('email', 'emial') }
  assert.deepEqual(await check('errors', templates, handler), [''])
})
