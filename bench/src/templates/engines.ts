import { createView } from '@zzz/core/template'
import { loadViews } from '@zzz/core/template/build'
import { Edge } from 'edge.js'
import ejs from 'ejs'
import { Eta } from 'eta'
import Handlebars from 'handlebars'
import type { PageData, TableData } from './data.ts'
import { renderPage, renderTable } from './hand-written.ts'

/** One template engine with both templates compiled, as it runs in production. */
export interface Engine {
  readonly name: string
  readonly table: (data: TableData) => string
  readonly page: (data: PageData) => string
}

/** The signs of an engine's language, for templates that are the same otherwise. */
interface Signs {
  readonly value: (path: string) => string
  readonly each: (list: string, item: string, body: string) => string
  readonly when: (condition: string, body: string, otherwise?: string) => string
}

function tableSource({ value, each, when }: Signs): string {
  const row =
    `\n<tr${when('row.open', ' class="open"')}><td>${value('row.id')}</td><td><a href="/customers/${value('row.id')}">` +
    `${value('row.name')}</a></td><td>${value('row.email')}</td><td>${value('row.total')}</td><td>${value('row.note')}</td></tr>`
  return (
    '<table class="orders">\n<thead><tr><th>No.</th><th>Customer</th><th>E-mail</th><th>Total</th><th></th></tr></thead>\n' +
    `<tbody>${each('rows', 'row', row)}\n</tbody>\n</table>`
  )
}

function pageSource({ value, each, when }: Signs): string {
  const link = `<a href="${value('link.url')}"${when('link.active', ' class="active"')}>${value('link.text')}</a>`
  const tags = when('post.tags', `<ul>${each('post.tags', 'tag', `<li>${value('tag')}</li>`)}</ul>`)
  const post =
    `\n<article><h2><a href="${value('post.url')}">${value('post.title')}</a></h2><p class="by">${value('post.author.name')}, ` +
    `${value('post.date')}</p><p>${value('post.excerpt')}</p>${tags}<p>${value('post.comments')} comments</p></article>`
  const user = when('user', `<p>Hello, ${value('user.name')}</p>`, '<a href="/login">Log in</a>')
  return (
    `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${value('title')} - ${value('site.name')}</title>` +
    `<meta name="description" content="${value('description')}"></head>\n<body>\n<header><a href="/">${value('site.name')}</a>` +
    `<nav>${each('site.links', 'link', link)}</nav>${user}</header>\n<main><h1>${value('title')}</h1>` +
    `${each('posts', 'post', post)}\n</main>\n<footer>${value('site.name')} ${value('year')}</footer>\n</body>\n</html>`
  )
}

/** The signs of languages whose tags hold JavaScript; data is `it`, loops name their item. */
function scriptSigns(open: string, print: string, close: string): Signs {
  const root = (path: string) => (/^(?:row|post|link|tag)\b/.test(path) ? path : `it.${path}`)
  const code = (text: string) => `${open} ${text} ${close}`
  return {
    value: (path) => `${print} ${root(path)} ${close}`,
    each: (list, item, body) => `${code(`for (const ${item} of ${root(list)}) {`)}${body}${code('}')}`,
    when: (condition, body, otherwise) =>
      `${code(`if (${root(condition)}) {`)}${body}${otherwise === undefined ? '' : `${code('} else {')}${otherwise}`}${code('}')}`,
  }
}

function zzz(): Engine {
  const load = loadViews({ root: new URL('./views/', import.meta.url), reload: false })
  const table = createView<TableData>('table', load('table'))
  const page = createView<PageData>('page', load('page'))
  return { name: 'zzz', table: (data) => table.render(data), page: (data) => page.render(data) }
}

function eta(): Engine {
  const engine = new Eta({ autoTrim: false, cache: true })
  const signs = scriptSigns('<%', '<%=', '%>')
  engine.loadTemplate('@table', tableSource(signs))
  engine.loadTemplate('@page', pageSource(signs))
  return {
    name: 'Eta',
    table: (data) => engine.render('@table', data),
    page: (data) => engine.render('@page', data),
  }
}

function handlebars(): Engine {
  const signs: Signs = {
    value: (path) => `{{${path}}}`,
    each: (list, item, body) => `{{#each ${list} as |${item}|}}${body}{{/each}}`,
    when: (condition, body, otherwise) =>
      `{{#if ${condition}}}${body}${otherwise === undefined ? '' : `{{else}}${otherwise}`}{{/if}}`,
  }
  // Precompiled: the compiler runs at build time, the templates are plain functions.
  const compile = (source: string) =>
    Handlebars.template(
      new Function(
        `return ${Handlebars.precompile(source, { knownHelpersOnly: true }) as string}`,
      )() as TemplateSpecification,
    )
  return { name: 'Handlebars', table: compile(tableSource(signs)), page: compile(pageSource(signs)) }
}

function embedded(): Engine {
  const signs = scriptSigns('<%', '<%=', '%>')
  const options = { _with: false, localsName: 'it', strict: true } as const
  return {
    name: 'EJS',
    table: ejs.compile(tableSource(signs), options) as Engine['table'],
    page: ejs.compile(pageSource(signs), options) as Engine['page'],
  }
}

function edge(): Engine {
  const engine = new Edge({ cache: true })
  // Its tags stand on lines of their own; a tilde takes the line break away.
  const signs: Signs = {
    value: (path) => `{{ ${path} }}`,
    each: (list, item, body) => `\n@each(${item} in ${list})~\n${body}\n@end~\n`,
    when: (condition, body, otherwise) =>
      `\n@if(${condition})~\n${body}${otherwise === undefined ? '' : `\n@else~\n${otherwise}`}\n@end~\n`,
  }
  engine.registerTemplate('table', { template: tableSource(signs) })
  engine.registerTemplate('page', { template: pageSource(signs) })
  return {
    name: 'Edge.js',
    table: (data) => engine.renderSync('table', { ...data }),
    page: (data) => engine.renderSync('page', { ...data }),
  }
}

/** The engines, and what all are compared with: functions written by hand that escape as zzz does. */
export const engines: readonly Engine[] = [
  zzz(),
  eta(),
  handlebars(),
  embedded(),
  edge(),
  { name: 'written by hand', table: renderTable, page: renderPage },
]

/** What engines may do differently: whitespace between tags, and how they write the same entity. */
export function normalise(html: string): string {
  return html
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?(<[^>]*>) ?/g, '$1')
    .replaceAll(/&#(?:34|x22);/gi, '&quot;')
    .replaceAll(/&#(?:39|x27);|&apos;/gi, "'")
    .replaceAll(/&#x3D;/gi, '=')
    .trim()
}
