import type { Context, Reply } from '@zzz/core'
import { escapeHtml } from './escape-html.ts'
import { page } from './pages.ts'

/** The first page a newcomer sees: it says that the server works and what it answers. */
export function welcome(ctx: Context): Reply {
  const rows = ctx.app.routes.map(({ method, pattern, name }) => {
    const shown = escapeHtml(pattern)
    const link =
      method === 'GET' ? `<a href="${escapeHtml(pattern.replace(':id', '42'))}">${shown}</a>` : shown
    return `<tr><td>${method}</td><td><code>${link}</code></td><td>${escapeHtml(name ?? '')}</td></tr>`
  })
  return ctx.html(
    page(
      'Welcome to zzz',
      `<h1>Welcome to zzz</h1><p>The server runs. These are the routes of this application:</p>` +
        `<table><thead><tr><th>Method</th><th>Path</th><th>Name</th></tr></thead><tbody>${rows.join('')}</tbody></table>` +
        `<p>Change <code>examples/app/src/app.ts</code> and start again.</p>`,
    ),
  )
}
