import type { Context, Reply } from '@zzz/core'
import { escapeHtml } from './escape-html.ts'

export function page(title: string, body: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeHtml(title)}</title><link rel="stylesheet" href="/static/style.css"></head><body>${body}</body></html>`
  )
}

export const notFoundPage = (ctx: Context): Reply =>
  ctx.html(
    page(
      'Not found',
      `<h1>Not found</h1><p>There is nothing at <code>${escapeHtml(ctx.path)}</code>. <a href="/">Home</a></p>`,
    ),
  )
