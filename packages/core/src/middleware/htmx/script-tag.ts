import { type AssignKey, assign } from '../../context/assign.ts'
import type { Context } from '../../context/context.ts'
import { cspNonceKey, swappedKey } from '../../context/keys.ts'
import { escapeHtml } from '../../internal/escape-html.ts'
import { type Html, raw } from '../../template/html.ts'
import type { HtmxVersion } from './htmx-request.ts'

/** Settings of htmx in the browser (`htmx.config`): `defaultSwapStyle`, `historyCacheSize` … What JSON can say. */
export type HtmxConfig = Readonly<Record<string, unknown>>

/** How a request's page names the script, set by `htmx`. */
export const tagKey: AssignKey<(ctx: Context) => Html> = assign('htmx', 'htmx()')

/**
 * The tags that load htmx: its settings (`htmx.config`) and its script, with the nonce that `securityHeaders` allows where
 * there is one. They belong into the page's head, by way of `views.shared` into a layout. Throws `ZZZ_ASSIGN_MISSING`
 * without `htmx`.
 *
 * ```ts
 * createApp({ use: [htmx()], views: { layout: views.layouts.app, shared: (ctx) => ({ htmx: htmxScriptTag(ctx) }) }, routes })
 * // and in layouts/app.html.zzz: <head>{{htmx}}</head>
 * ```
 */
export function htmxScriptTag(ctx: Context): Html {
  return ctx.get(tagKey)(ctx)
}

/** Settings that go without saying: forms that come back with what is wrong in them (422) are shown. htmx 4 shows any. */
const defaults: Readonly<Record<HtmxVersion, HtmxConfig>> = {
  2: {
    responseHandling: [
      { code: '204', swap: false },
      { code: '[23]..', swap: true },
      { code: '422', swap: true },
      { code: '[45]..', swap: false, error: true },
    ],
  },
  4: {},
}

/** Makes the tags of pages, all but the nonce settled. */
export function scriptTag(
  attributes: string,
  version: HtmxVersion,
  config: HtmxConfig,
): (ctx: Context) => Html {
  const settings = { ...defaults[version], ...config }
  const plain = raw(metaTag(settings) + `<script ${attributes} defer></script>`)
  const wantsStyle = version === 2 && settings.includeIndicatorStyles !== false
  const meta = metaTag(wantsStyle ? { ...settings, includeIndicatorStyles: false } : settings)
  return (ctx) => {
    const nonce = ctx.find(cspNonceKey)
    if (nonce === undefined) return plain
    const allowed = `nonce="${escapeHtml(nonce)}"`
    // A page that htmx fetches is read in one that has the style, and another nonce.
    const style =
      wantsStyle && ctx.find(swappedKey) !== true ? `<style ${allowed}>${indicatorStyle}</style>` : ''
    return raw(`${meta}${style}<script ${attributes} ${allowed} defer></script>`)
  }
}

/**
 * What htmx 2 shows only during a request. It would write this style itself, which a policy refuses unless it is given the
 * nonce, in a place where other scripts and styles could read it.
 */
const indicatorStyle =
  '.htmx-indicator{opacity:0;visibility:hidden}' +
  '.htmx-request .htmx-indicator,.htmx-request.htmx-indicator{opacity:1;visibility:visible;transition:opacity 200ms ease-in}'

function metaTag(settings: HtmxConfig): string {
  if (Object.keys(settings).length === 0) return ''
  return `<meta name="htmx-config" content="${escapeHtml(JSON.stringify(settings))}">`
}
