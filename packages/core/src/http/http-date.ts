const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const time = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})'

/** The three forms that a recipient has to understand (RFC 9110 section 5.6.7). */
const forms = [
  new RegExp(
    `^(?:mon|tue|wed|thu|fri|sat|sun), (?<day>\\d{2}) (?<month>[a-z]{3}) (?<year>\\d{4}) ${time} gmt$`,
    'i',
  ),
  new RegExp(
    `^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (?<day>\\d{2})-(?<month>[a-z]{3})-(?<year>\\d{2}) ${time} gmt$`,
    'i',
  ),
  new RegExp(
    `^(?:mon|tue|wed|thu|fri|sat|sun) (?<month>[a-z]{3}) (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`,
    'i',
  ),
]

/**
 * A time as HTTP writes it, in whole seconds.
 *
 * ```ts
 * formatHttpDate(784111777000)   // 'Sun, 06 Nov 1994 08:49:37 GMT'
 * ```
 */
export function formatHttpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString()
}

/** A time that a client sent, in milliseconds since the epoch; undefined for what is no HTTP date (RFC 9110 5.6.7). */
export function parseHttpDate(text: string): number | undefined {
  for (const form of forms) {
    const fields = form.exec(text)?.groups
    if (fields !== undefined) return toTime(fields)
  }
  return undefined
}

function toTime(fields: Readonly<Record<string, string | undefined>>): number | undefined {
  const month = months.indexOf(fields.month?.toLowerCase() ?? '')
  const [day, hour, minute, second] = [fields.day, fields.hour, fields.minute, fields.second].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  const year = fullYear(fields.year ?? '')
  const date = new Date(Date.UTC(year, month, day, hour, minute, Math.min(second, 59)))
  const exists = month !== -1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second <= 60
  return exists ? date.getTime() : undefined
}

/** Two digits mean the year that is not more than fifty years ahead. */
function fullYear(text: string): number {
  const year = Number(text)
  if (text.length > 2) return year
  const now = new Date().getUTCFullYear()
  const candidate = now - (now % 100) + year
  return candidate > now + 50 ? candidate - 100 : candidate
}
