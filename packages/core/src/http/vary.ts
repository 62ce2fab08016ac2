import type { Reply } from './reply.ts'

/**
 * Says that a reply depends on these request headers (`Vary`, RFC 9110 section 12.5.5), keeping in one line what was said
 * before. Caches keep one reply for each combination of their values.
 */
export function addVary(reply: Reply, ...names: readonly string[]): Reply {
  const said = reply.headers.get('vary')
  if (said === undefined) return reply.header('vary', names.join(', '))
  const known = new Set(said.split(',').map((name) => name.trim().toLowerCase()))
  if (known.has('*')) return reply
  const added = names.filter((name) => !known.has(name.toLowerCase()))
  return added.length === 0 ? reply : reply.header('vary', [said, ...added].join(', '))
}
