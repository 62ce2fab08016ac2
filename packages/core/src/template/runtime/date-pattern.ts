/** The parts of a date in some zone and language, as the tokens of a pattern print them. */
export type DateParts = Readonly<Record<string, string>>

/** What each token of a pattern prints. */
const tokens: Readonly<Record<string, (parts: DateParts) => string>> = {
  YYYY: ({ year = '' }) => year.padStart(4, '0'),
  YY: ({ year = '' }) => year.slice(-2).padStart(2, '0'),
  MMMM: ({ monthLong = '' }) => monthLong,
  MMM: ({ monthShort = '' }) => monthShort,
  MM: ({ month = '' }) => month.padStart(2, '0'),
  M: ({ month = '' }) => month,
  DD: ({ day = '' }) => day.padStart(2, '0'),
  D: ({ day = '' }) => day,
  dddd: ({ weekdayLong = '' }) => weekdayLong,
  ddd: ({ weekdayShort = '' }) => weekdayShort,
  HH: ({ hour = '' }) => hour.padStart(2, '0'),
  H: ({ hour = '' }) => hour,
  hh: (parts) => twelve(parts).padStart(2, '0'),
  h: (parts) => twelve(parts),
  mm: ({ minute = '' }) => minute.padStart(2, '0'),
  m: ({ minute = '' }) => minute,
  ss: ({ second = '' }) => second.padStart(2, '0'),
  s: ({ second = '' }) => second,
  SSS: ({ millisecond = '' }) => millisecond.padStart(3, '0'),
  A: ({ hour = '' }) => (Number(hour) < 12 ? 'AM' : 'PM'),
  a: ({ hour = '' }) => (Number(hour) < 12 ? 'am' : 'pm'),
  Z: ({ offset = '' }) => offset,
  z: ({ zone = '' }) => zone,
}

const tokenPattern = /\[([^\]]*)\]|([A-Za-z])\2*|[^A-Za-z[]+|\[/g

/** One step of a compiled pattern: a token's name, or text between brackets or signs. */
type Step = { readonly token: string } | { readonly text: string }

/** Divides a pattern into tokens and text. `unknown` is the first run of letters that is no token. */
export function parseDatePattern(pattern: string): {
  readonly steps: readonly Step[]
  readonly unknown: string | undefined
} {
  let unknown: string | undefined
  const steps = [...pattern.matchAll(tokenPattern)].map(([whole, quoted, letter]): Step => {
    if (quoted !== undefined) return { text: quoted }
    if (letter === undefined) return { text: whole }
    if (!Object.hasOwn(tokens, whole)) unknown ??= whole
    return { token: whole }
  })
  return { steps, unknown }
}

/** The tokens there are, for messages. */
export const dateTokens: readonly string[] = Object.keys(tokens)

/** Prints the parts of a date by a pattern. */
export function printDate(steps: readonly Step[], parts: DateParts): string {
  return steps
    .map((step) => ('text' in step ? step.text : (tokens[step.token]?.(parts) ?? step.token)))
    .join('')
}

function twelve({ hour = '' }: DateParts): string {
  return String(Number(hour) % 12 || 12)
}
