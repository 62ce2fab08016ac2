/** What the value of an attribute is, as far as its escaping goes. */
export type AttributeKind =
  | 'plain'
  | 'url'
  | 'values'
  | 'srcset'
  | 'style'
  | 'srcdoc'
  | 'code'
  | 'refresh'
  | 'animated'

const urls = new Set([
  'action', 'archive', 'background', 'cite', 'classid', 'codebase', 'data', 'formaction', 'href', 'icon', 'longdesc',
  'manifest', 'ping', 'poster', 'profile', 'src', 'usemap', 'xlink:href', 'xml:base',
  // htmx requests these.
  'hx-get', 'hx-post', 'hx-put', 'hx-patch', 'hx-delete', 'hx-push-url', 'hx-replace-url',
]) // biome-ignore format: a table

/** JSON for htmx, which runs what begins with `js:`. */
const values = new Set(['hx-vals', 'hx-headers', 'hx-request'])

/** Attributes that libraries run as code: htmx, hyperscript, Alpine, Vue. */
const code = /^(?:on|hx-on|hx-vars|hx-trigger$|_$|@|:|x-|v-)/

/** The kind of an attribute, by its name and its element's, both in lower case. */
export function attributeKind(element: string, attribute: string): AttributeKind {
  const name = attribute.startsWith('data-hx-') ? attribute.slice(5) : attribute
  if (code.test(name)) return 'code'
  if (values.has(name)) return 'values'
  if (name === 'style') return 'style'
  if (name === 'srcset' || name === 'imagesrcset') return 'srcset'
  if (name === 'srcdoc') return 'srcdoc'
  if (element === 'meta' && name === 'content') return 'refresh'
  if (/^(?:set|animate)/.test(element) && /^(?:to|from|by|values|attributename)$/.test(name))
    return 'animated'
  // SVG's href may come with any prefix.
  return urls.has(name) || name.endsWith(':href') ? 'url' : 'plain'
}
