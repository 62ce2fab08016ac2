import type { Context } from '../../context/context.ts'
import { ZzzError } from '../../errors.ts'
import { encodeLocation } from '../../http/encode-location.ts'
import { describe } from '../../internal/options.ts'

/** What relative URLs are resolved by, only to see whether they stay where they are. */
const here = 'http://here.invalid'

/**
 * A URL of this origin, ready for a header. What comes from a client can name another host in many ways (`//host`,
 * `/\host`, a tab between the slashes) or run code (`javascript:`), so it is read as browsers read it. Throws
 * `ZZZ_HTMX_URL` for a URL of anywhere else.
 */
export function ownUrl(ctx: Context, helper: string, url: string): string {
  const parsed = parse(helper, url)
  if (parsed.origin === here) return encodeLocation(url)
  if (isOwn(ctx, parsed)) return pathOf(parsed)
  throw invalid(helper, url, `is of another origin than ${ctx.host}`)
}

/** A URL of any web site, ready for a header. Throws `ZZZ_HTMX_URL` for a scheme other than http and https. */
export function webUrl(helper: string, url: string): string {
  const parsed = parse(helper, url)
  if (isWeb(parsed)) return encodeLocation(url)
  throw invalid(helper, url, 'is no address of a web page')
}

/**
 * Where a redirect leads (`Location`, relative to the request's own URL): a path of this origin, or a whole URL. Undefined
 * for what only a browser's own redirect may follow: other schemes, and what cannot be parsed.
 */
export function destinationOf(ctx: Context, location: string): { url: string; own: boolean } | undefined {
  const url = resolve(location, `${here}${ctx.request.path}`)
  if (url === null || !isWeb(url)) return undefined
  const own = url.origin === here || isOwn(ctx, url)
  return { url: own ? pathOf(url) : url.href, own }
}

function parse(helper: string, url: string): URL {
  const parsed = typeof url === 'string' && url !== '' ? resolve(encodeLocation(url), here) : null
  if (parsed === null) throw invalid(helper, url, 'is no URL')
  return parsed
}

/**
 * What begins with a scheme is read by itself: whether `http:/host` is a host or a path depends on the scheme of the page,
 * which nobody knows here.
 */
function resolve(url: string, base: string): URL | null {
  return /^[a-z][a-z\d+.-]*:/i.test(url) ? URL.parse(url) : URL.parse(url, base)
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:'
}

/** By host and port alone: behind a proxy, an application may not know that it is reached over TLS. */
function isOwn(ctx: Context, url: URL): boolean {
  return isWeb(url) && url.host === ctx.host.toLowerCase()
}

/** Two slashes at its beginning would be read as a host. */
function pathOf({ pathname, search, hash }: URL): string {
  return (pathname.startsWith('//') ? '/.' : '') + pathname + search + hash
}

function invalid(helper: string, url: unknown, why: string): ZzzError {
  return new ZzzError('ZZZ_HTMX_URL', `htmx, ${helper}: ${describe(url)} ${why}`)
}
