import type { Reply } from '../../http/reply.ts'
import type { PageRequest } from './page-number.ts'

/** What a link leads to (RFC 8288, IANA link relations). */
export type PageRelation = 'first' | 'prev' | 'next' | 'last'

/** Changes to the query by name; undefined takes a parameter away. */
export type QueryChange = Readonly<Record<string, string | undefined>>

/**
 * Adds a `Link` header to a reply. A target is the query alone, relative to the URL that was asked for: that holds behind
 * a proxy that changes host or path, and nothing in it comes from a header. Other parameters are kept.
 */
export function addPageLinks(
  request: PageRequest,
  reply: Reply,
  links: readonly (readonly [PageRelation, QueryChange])[],
): Reply {
  const lines = links.map(([relation, change]) => `<?${changed(request.query, change)}>; rel="${relation}"`)
  return reply.append('link', lines.join(', '))
}

function changed(query: URLSearchParams, change: QueryChange): string {
  const result = new URLSearchParams(query)
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) result.delete(name)
    else result.set(name, value)
  }
  return result.toString()
}
