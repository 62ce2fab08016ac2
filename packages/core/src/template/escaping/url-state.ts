/** How far the static text of an address has come; it decides what a slot may add. */
export type UrlPhase =
  /** Nothing stands yet: a slot may be the whole address. */
  | 'start'
  /** Static text that may still become a scheme: `java`. */
  | 'prefix'
  /** A slot stands in front and may have been a scheme. */
  | 'open'
  /** A lone slash: a second one would make the next segment a host. */
  | 'root'
  /** Scheme and host are settled. */
  | 'path'
  | 'query'
  /** After `=` in the query: a slot is one value. */
  | 'query-value'
  /** `data:` before its type is known. */
  | 'data'
  /** `javascript:` and the like: no slot can be safe. */
  | 'unsafe'

/** Where in an address the static text has come to. */
export interface UrlState {
  readonly phase: UrlPhase
  /** What stands so far, while it matters. */
  readonly prefix: string
}

/** The beginning of an address. */
export const urlStart: UrlState = { phase: 'start', prefix: '' }

/** Whether nothing that follows can change the scheme or the host. */
export const isSettled = ({ phase }: UrlState): boolean =>
  phase === 'path' || phase === 'query' || phase === 'query-value'

/** Schemes that static text may name in front of a slot, and that a slot may name itself. */
export const safeSchemes: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel', 'sms', 'cid'])

const imageData = /^image\/(?:png|gif|jpe?g|webp|avif|bmp|x-icon)[;,]/i

/** The state after one more character of static text, its entities decoded. */
export function urlStep({ phase, prefix }: UrlState, character: string): UrlState {
  switch (phase) {
    case 'start':
      // Browsers skip these in front of an address.
      if (character <= ' ') return urlStart
      return undetermined(character, '')
    case 'prefix':
    case 'open':
      return undetermined(character, phase === 'open' ? undefined : prefix)
    case 'root':
      return settled(character)
    case 'data': {
      const type = prefix + character
      return imageData.test(type) ? { phase: 'path', prefix: '' } : { phase, prefix: type }
    }
    case 'path':
      return settled(character)
    case 'query':
    case 'query-value':
      if (character === '=') return { phase: 'query-value', prefix: '' }
      if (character === '&' || character === ';') return { phase: 'query', prefix: '' }
      return character === '#' ? { phase: 'path', prefix: '' } : { phase, prefix }
    case 'unsafe':
      return { phase, prefix }
  }
}

/** A character where it is not known yet whether a scheme stands in front; `prefix` is undefined after a slot. */
function undetermined(character: string, prefix: string | undefined): UrlState {
  switch (character) {
    case '/':
    case '\\':
      return prefix === '' ? { phase: 'root', prefix: '' } : { phase: 'path', prefix: '' }
    case '?':
      return { phase: 'query', prefix: '' }
    case '#':
      return { phase: 'path', prefix: '' }
    case ':':
      return afterScheme(prefix)
    default:
      if (prefix === undefined) return { phase: 'open', prefix: '' }
      // Tabs and line breaks inside a scheme are dropped by browsers.
      return { phase: 'prefix', prefix: prefix + character.replace(/[\t\r\n]/, '') }
  }
}

function afterScheme(prefix: string | undefined): UrlState {
  const scheme = prefix?.toLowerCase()
  // What cannot be a scheme (RFC 3986, 3.1) is the beginning of a path.
  if (scheme !== undefined && !/^[a-z][a-z0-9+.-]*$/.test(scheme)) return { phase: 'path', prefix: '' }
  if (scheme === 'data') return { phase: 'data', prefix: '' }
  return { phase: scheme !== undefined && safeSchemes.has(scheme) ? 'path' : 'unsafe', prefix: '' }
}

function settled(character: string): UrlState {
  return { phase: character === '?' ? 'query' : 'path', prefix: '' }
}

/** The state after a slot. */
export function urlAfterSlot({ phase, prefix }: UrlState): UrlState {
  if (phase === 'start' || phase === 'prefix') return { phase: 'open', prefix: '' }
  return { phase: phase === 'root' ? 'path' : phase, prefix }
}

/** The state where two branches meet: what is safe after both of them. */
export function urlJoin(a: UrlState, b: UrlState): UrlState {
  if (a.phase === b.phase && a.prefix === b.prefix) return a
  const phases = [a.phase, b.phase]
  if (phases.includes('unsafe') || phases.includes('data')) return { phase: 'unsafe', prefix: '' }
  const undecided = phases.some((phase) => phase === 'start' || phase === 'prefix' || phase === 'open')
  return { phase: undecided ? 'open' : 'path', prefix: '' }
}
