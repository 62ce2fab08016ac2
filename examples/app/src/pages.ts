import type { Context, Reply } from '@zzz/core'
import { escapeHtml } from './escape-html.ts'

const style = `
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent) }
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 44rem; margin: 4rem auto; padding: 0 1.5rem }
  h1 { font-size: 2.5rem; line-height: 1.2; margin-bottom: .5rem }
  table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 }
  th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line) }
  code, td:first-child { font-family: ui-monospace, monospace; font-size: .9em }
  a { color: #6d4aff }
`

export function page(title: string, body: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeHtml(title)}</title><style>${style}</style></head><body>${body}</body></html>`
  )
}

export const notFoundPage = (ctx: Context): Reply =>
  ctx.html(
    page(
      'Not found',
      `<h1>Not found</h1><p>There is nothing at <code>${escapeHtml(ctx.path)}</code>. <a href="/">Home</a></p>`,
    ),
  )
