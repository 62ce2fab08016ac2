import { mimes } from 'mrmime'

/** Types that are text without beginning with `text/`. */
const textual = /^text\/|[/+](?:json|xml)$|^application\/(?:javascript|ecmascript|x-sh|sql|toml|graphql)$/

/**
 * The content type of a file by its extension; text is said to be UTF-8. `application/octet-stream` for one that is not
 * known.
 *
 * ```ts
 * mimeType('app.css')     // 'text/css; charset=utf-8'
 * mimeType('photo.webp')  // 'image/webp'
 * ```
 */
export function mimeType(path: string): string {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const type = Object.hasOwn(mimes, extension) ? mimes[extension] : undefined
  if (type === undefined) return 'application/octet-stream'
  return textual.test(type) ? `${type}; charset=utf-8` : type
}
