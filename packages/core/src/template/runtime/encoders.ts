import { ZzzError } from '../../errors.ts'
import { escapeHtml } from '../../internal/escape-html.ts'
import type { SlotContext } from '../escaping/slot-context.ts'
import { safeSchemes } from '../escaping/url-state.ts'
import { Html } from '../html.ts'
import type { Dynamic } from './rendered.ts'

/** What stands where a value would not be safe. The address leads nowhere; the style is none. */
const blockedUrl = 'about:invalid#zzz'
const blockedStyle = 'zzz-blocked'

/** Absent values print nothing, and so does `false`, so that `condition && value` can be given. */
function toText(value: unknown): string {
  return value === null || value === undefined || value === false ? '' : String(value)
}

/** Element text. */
export function text(value: unknown): string {
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return `${value}`
  return value instanceof Html ? value.toString() : escapeHtml(toText(value))
}

/** Element text for live views: HTML keeps its parts. */
export function textDynamic(value: unknown): Dynamic {
  return value instanceof Html ? value.toDynamic() : text(value)
}

/** `{{{raw}}}`. */
export function raw(value: unknown): string {
  return toText(value)
}

/** `{{{raw}}}` for live views: HTML keeps its parts. */
export function rawDynamic(value: unknown): Dynamic {
  return value instanceof Html ? value.toDynamic() : toText(value)
}

/** A quoted attribute. HTML keeps its entities, and loses what would end the attribute or begin a tag. */
export function attribute(value: unknown): string {
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return `${value}`
  if (!(value instanceof Html)) return escapeHtml(toText(value))
  return value.toString().replace(/[<>"']/g, (character) => escapeHtml(character))
}

/** A comment: nothing in it may end it, together with what follows. */
export function comment(value: unknown): string {
  return escapeHtml(toText(value)).replaceAll('-', '&#45;')
}

/** `srcdoc` is HTML inside an attribute: text is escaped twice, HTML once. */
export function srcdoc(value: unknown): string {
  return escapeHtml(value instanceof Html ? value.toString() : escapeHtml(toText(value)))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop them from addresses
const skipped = /^[\u0000- ]+|[\t\r\n]/g
const imageData = /^data:image\/(?:png|gif|jpe?g|webp|avif|bmp|x-icon)(?:;[\w=-]+)*(?:,|$)/i

/** Whether an address has no scheme, or one that runs no code. */
function isSafeUrl(url: string): boolean {
  const bare = url.replace(skipped, '')
  const scheme = /^([^/\\?#:]*):/.exec(bare)?.[1]
  if (scheme === undefined || safeSchemes.has(scheme.toLowerCase())) return true
  // What cannot be a scheme (RFC 3986, 3.1) is none: "{"a":1}", "2:30".
  return !/^[a-z][a-z0-9+.-]*$/i.test(scheme) || imageData.test(bare)
}

function safeUrl(value: unknown): string {
  const url = toText(value)
  return isSafeUrl(url) ? url : blockedUrl
}

/** A whole address, or its beginning. */
export function url(value: unknown): string {
  return escapeHtml(safeUrl(value))
}

/** A part of an address behind something that may be a scheme: no colon before the path. */
export function urlOpen(value: unknown): string {
  const part = toText(value)
  return /^[^/\\?#]*:/.test(part) ? blockedUrl : escapeHtml(part)
}

/** The first segment behind a slash: a second slash would make it a host. */
export function urlRoot(value: unknown): string {
  const part = toText(value)
  const first = part.replace(skipped, '')
  if (!/^[/\\]/.test(first)) return escapeHtml(part)
  return escapeHtml(encodeURIComponent(first[0] as string) + first.slice(1))
}

/** One value in a query. */
export function urlQuery(value: unknown): string {
  return encodeURIComponent(toText(value).toWellFormed()).replaceAll("'", '%27')
}

/** Addresses with descriptors, divided by commas. */
export function srcset(value: unknown): string {
  const candidates = toText(value).split(',')
  return escapeHtml(candidates.map((candidate) => (isSafeUrl(candidate) ? candidate : blockedUrl)).join(','))
}

const cssFunctions = new Set(
  (
    'rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp round mod rem abs sign var ' +
    'translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d rotate rotatex rotatey ' +
    'rotatez rotate3d skew skewx skewy matrix matrix3d perspective cubic-bezier steps linear blur brightness contrast ' +
    'drop-shadow grayscale hue-rotate invert opacity saturate sepia repeat minmax fit-content'
  ).split(' '),
)

/** The value of a style property: words, numbers, colours and functions that fetch nothing. */
export function cssValue(value: unknown): string {
  const style = toText(value)
  return isSafeStyle(style) ? style : blockedStyle
}

function isSafeStyle(style: string): boolean {
  if (
    !/^[\w\s#%.,+!*/()-]*$/.test(style) ||
    /\/\*|\*\/|\/\/|--!?>|expression|behaviou?r|-moz-binding/i.test(style)
  )
    return false
  let depth = 0
  for (const { 0: sign, index } of style.matchAll(/[()]/g)) {
    depth += sign === '(' ? 1 : -1
    if (depth < 0 || (sign === '(' && !isSafeFunction(style, index))) return false
  }
  return depth === 0
}

/** Whether the name in front of a parenthesis is that of a harmless function, or there is none. */
function isSafeFunction(style: string, parenthesis: number): boolean {
  // Longer than any name: looking further back would take long for nothing.
  const before = style.slice(Math.max(0, parenthesis - 40), parenthesis)
  const name = /([\w-]*)\s*$/.exec(before)?.[1] ?? ''
  return name === '' || cssFunctions.has(name.toLowerCase())
}

/** The inside of a string in a style sheet. */
export function cssString(value: unknown): string {
  return toText(value).replace(
    /[^\w ,.-]/gu,
    (character) => `\\${(character.codePointAt(0) as number).toString(16)} `,
  )
}

/** An address in quotes inside `url()`. */
export function cssUrl(value: unknown): string {
  return cssString(safeUrl(value))
}

const scriptEscapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  "'": '\\u0027',
  '`': '\\u0060',
  '/': '\\/',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/**
 * A JavaScript value, in a script or a block of JSON. Nothing in it can end the script, a comment or a string. Throws
 * `ZZZ_TEMPLATE_VALUE` for what JSON has no text for.
 */
export function json(value: unknown): string {
  // A slash stands inside strings only.
  return toJson(value).replace(/[<>&'`/\u2028\u2029]/g, (character) => scriptEscapes[character] as string)
}

/** JSON of a value; null where it has none. Throws `ZZZ_TEMPLATE_VALUE` for a cycle and the like. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (cause) {
    const message = `A template puts a value into a script that JSON cannot hold: ${(cause as Error).message}`
    throw new ZzzError('ZZZ_TEMPLATE_VALUE', message, { cause })
  }
}

/** The encoder of each context. */
export const encoders: Readonly<Record<SlotContext, (value: unknown) => string>> = {
  attribute,
  comment,
  cssString,
  cssUrl,
  cssValue,
  json,
  raw,
  srcdoc,
  srcset,
  text,
  url,
  urlOpen,
  urlQuery,
  urlRoot,
}
