/** Text, and what is written in text by its suffix (RFC 6838 section 4.2.8). */
const textual = /^text\/.|\+(?:json|xml|text|yaml|json-seq)$/

/** Text in disguise, and the few binary formats that are not compressed themselves. */
const others: ReadonlySet<string> = new Set([
  'application/ecmascript',
  'application/graphql',
  'application/javascript',
  'application/json',
  'application/jsonl',
  'application/sql',
  'application/toml',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/x-javascript',
  'application/x-ndjson',
  'application/x-sh',
  'application/x-tar',
  'application/xml',
  'application/yaml',
  'font/otf',
  'font/ttf',
  'image/bmp',
  'image/vnd.microsoft.icon',
  'image/x-icon',
  'model/gltf-binary',
])

/**
 * True for a content type whose bodies become much smaller by compression: text, JSON, XML, JavaScript, SVG, WebAssembly
 * and their kin. Not for event streams: each event would have to be flushed by itself, and a compressor held for every
 * client that listens.
 *
 * ```ts
 * isCompressible('application/problem+json')   // true
 * isCompressible('image/png')                  // false
 * ```
 */
export function isCompressible(contentType: string): boolean {
  const type = mediaType(contentType)
  return type !== 'text/event-stream' && (textual.test(type) || others.has(type))
}

/** The type without its parameters, in lower case: `text/html` of `Text/HTML; charset=utf-8`. */
export function mediaType(contentType: string): string {
  const end = contentType.indexOf(';')
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}
