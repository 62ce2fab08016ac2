import type { Context } from '../../context/context.ts'
import { fragmentKey, swappedKey } from '../../context/keys.ts'
import type { Middleware } from '../../context/middleware.ts'
import type { Reply } from '../../http/reply.ts'
import { mapMaybe } from '../../internal/maybe-promise.ts'
import { oneOf } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { HtmxExchange, htmxKey } from './htmx-context.ts'
import type { HtmxVersion } from './htmx-request.ts'
import { translateRedirect } from './navigation.ts'
import { type HtmxScript, isScript, openScript } from './script.ts'
import { type HtmxConfig, scriptTag, tagKey } from './script-tag.ts'

/** Options of `htmx`. */
export interface HtmxOptions {
  /** The generation of htmx that the pages load. Default 2. */
  version?: HtmxVersion | undefined
  /** Where they load it from. Default `self`: from this application, under `path`. */
  script?: HtmxScript | undefined
  /** Where this application serves it. Default `/__zzz/htmx.js`. */
  path?: string | undefined
  /** Settings of htmx in the browser, added to ours: with htmx 2, that replies of status 422 are swapped in. */
  config?: HtmxConfig | undefined
  /**
   * What a redirect (301, 302, 303) does to a request of htmx that is not boosted: `navigate`, the browser goes there as it
   * would without htmx (the default), or `follow`, what is there is swapped in.
   */
  redirects?: 'navigate' | 'follow' | undefined
}

const optionRules: OptionRules<HtmxOptions> = {
  version: oneOf(2, 4),
  script: ['"self", "cdn", { file } or { src, integrity }', isScript],
  path: ['a path', (value) => typeof value === 'string' && /^\/[^/?#\s][^?#\s]*$/.test(value)],
  config: ['an object that JSON has text for', isConfig],
  redirects: oneOf('navigate', 'follow'),
}

/**
 * Works with htmx in the browser: says what it is that makes a request, and tells it what to do with the reply
 * (`ctx.get(htmxKey)`); leaves the layout out where `ctx.render` renders for a part of a page; makes redirects take the
 * visitor along; serves the script that `htmxScriptTag` names.
 *
 * A reply that was made by what htmx says has a `Vary` of the headers that were read, and no other has. It belongs to the
 * application, inside `compress`, outside `session` and `flash`. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * get('/todos', (ctx) => {
 *   const hx = ctx.get(htmxKey)
 *   return ctx.render(hx.target === 'todos' ? views.todos.list : views.todos.index, { todos: all() })
 * })
 * ```
 */
export function htmx(options: HtmxOptions = {}): Middleware {
  checkOptions('htmx', options, optionRules)
  const { version = 2, path = '/__zzz/htmx.js', config = {} } = options
  const follow = options.redirects === 'follow'
  const script = openScript(options.script ?? 'self', version, path)
  const tag = scriptTag(script.attributes, version, config)

  return function htmx(ctx, next) {
    const { file } = script
    if (file !== undefined && ctx.path === path && isRead(ctx)) {
      const current = ctx.query.get('v') === file.fingerprint
      return file.reply(ctx.request, current ? 'public, max-age=31536000, immutable' : 'no-cache')
    }
    const exchange = new HtmxExchange(ctx, version)
    ctx.set(htmxKey, exchange)
    ctx.setLazy(fragmentKey, () => exchange.fragment)
    ctx.setLazy(swappedKey, () => exchange.request)
    ctx.set(tagKey, tag)
    return mapMaybe(next(), (reply) => finish(exchange, reply, follow))
  }
}

function isConfig(value: unknown): boolean {
  try {
    return JSON.stringify(value).startsWith('{')
  } catch {
    return false
  }
}

function isRead({ method }: Context): boolean {
  return method === 'GET' || method === 'HEAD'
}

function finish(exchange: HtmxExchange, reply: Reply, follow: boolean): Reply {
  const { directions, visit } = exchange
  const sent = translateRedirect(visit, reply, follow)
  if (!directions.isEmpty && exchange.request) directions.apply(sent, exchange.fragment)
  return sent
}
