import { hash } from 'node:crypto'

/** One element of a list of entity tags (RFC 9110 section 8.8.3), with what separates it from the last. */
const element = /[\t ,]*((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[\t ]*(?=,|$)/y

/** The tags of an `If-Match` or `If-None-Match` field: `*` for any, and none at all for a field that is malformed. */
export function parseEntityTags(field: string): readonly string[] | '*' {
  if (field.trim() === '*') return '*'
  const tags: string[] = []
  element.lastIndex = 0
  for (let end = 0; end < field.length; end = element.lastIndex) {
    const match = element.exec(field)
    if (match === null) return /^[\t ,]*$/.test(field.slice(end)) ? tags : []
    tags.push(match[1] as string)
  }
  return tags
}

/** True for a tag that changes with every byte: only those can vouch for a part of a representation. */
export function isStrong(tag: string): boolean {
  return !tag.startsWith('W/')
}

/** Strong comparison (RFC 9110 section 8.8.3.2): the same bytes. */
export function matchesStrongly(a: string, b: string): boolean {
  return a === b && isStrong(a)
}

/** Weak comparison: as good as the same. A proxy that compresses weakens our tags, so this is what caching needs. */
export function matchesWeakly(a: string, b: string): boolean {
  return opaque(a) === opaque(b)
}

function opaque(tag: string): string {
  return isStrong(tag) ? tag : tag.slice(2)
}

/** The tag of what is as good as the same, though not in every byte: `W/"a"` of `"a"`. */
export function weaken(tag: string): string {
  return isStrong(tag) ? `W/${tag}` : tag
}

/** What stands for data in an entity tag: 22 characters of its SHA-256, the same on every machine. */
export function fingerprint(data: Uint8Array | string): string {
  return hash('sha256', data, 'base64url').slice(0, 22)
}
