import { ZzzError } from '../../errors.ts'
import { createRecent } from '../../internal/recent.ts'
import { type DateParts, parseDatePattern, printDate } from './date-pattern.ts'
import { toJson } from './encoders.ts'
import type { Page } from './page.ts'

/** What the built-in pipes do. Each takes the page, its value, its arguments and its options; an absent value is empty. */

type Options = Readonly<Record<string, unknown>>

/** Keeps what is dear to make, by a text. Bounded: locales come from requests. */
function cached<T>(make: (key: string) => T): (key: string) => T {
  const recent = createRecent<T>(100)
  return (key) => {
    const known = recent.get(key)
    if (known !== undefined) return known
    const value = make(key)
    recent.set(key, value)
    return value
  }
}

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined

const segmenter = new Intl.Segmenter()

/** Cuts text after so many characters as people count them (grapheme clusters), with an ellipsis in the last place. */
export function truncate(_page: Page, value: unknown, length: unknown, omission: unknown = '…'): string {
  if (isAbsent(value)) return ''
  const text = String(value)
  const most = Math.max(0, Math.floor(Number(length)))
  // A text has at most as many characters as code units, so most texts need no look at their characters.
  if (text.length <= most) return text
  const room = most - [...segmenter.segment(String(omission))].length
  // Where an ellipsis alone would be too long there is none.
  const [end, keep] = room < 0 ? ['', most] : [String(omission), room]
  let kept = 0
  let count = 0
  for (const { index } of segmenter.segment(text)) {
    if (count === keep) kept = index
    if (count++ === most) return text.slice(0, kept) + end
  }
  return text
}

/** Text in capital letters, as its language has them. */
export function upper(page: Page, value: unknown, locale: unknown = page.locale): string {
  return isAbsent(value) ? '' : String(value).toLocaleUpperCase(locale as string | undefined)
}

/** Text in small letters, as its language has them. */
export function lower(page: Page, value: unknown, locale: unknown = page.locale): string {
  return isAbsent(value) ? '' : String(value).toLocaleLowerCase(locale as string | undefined)
}

/** What stands in for an absent or empty value. */
export function orDefault(_page: Page, value: unknown, standIn: unknown): unknown {
  return isAbsent(value) || value === '' ? standIn : value
}

const pluralRules = cached((locale) => new Intl.PluralRules(locale === '' ? undefined : locale))

/** The form of a word for a number: `one` and `other`, or any category of the language by name. */
export function pluralize(
  page: Page,
  value: unknown,
  one: unknown,
  other: unknown,
  options: Options = {},
): string {
  if (isAbsent(value)) return ''
  const rules = pluralRules(String(options.locale ?? page.locale ?? ''))
  const category = rules.select(Number(value))
  const form = options[category] ?? (category === 'one' ? one : undefined)
  return String(form ?? options.other ?? other ?? one ?? '')
}

const numberFormat = cached((key) => {
  const [locale, options] = JSON.parse(key) as [string | undefined, Intl.NumberFormatOptions]
  return new Intl.NumberFormat(locale ?? undefined, options)
})

/** A number as the language writes it. */
export function number(page: Page, value: unknown, digits: unknown, options: Options = {}): string {
  if (isAbsent(value)) return ''
  const {
    locale = page.locale,
    currency,
    style = currency === undefined ? undefined : 'currency',
    notation,
  } = options
  const fraction =
    digits === undefined
      ? {}
      : { minimumFractionDigits: Number(digits), maximumFractionDigits: Number(digits) }
  const format = numberFormat(JSON.stringify([locale ?? null, { currency, style, notation, ...fraction }]))
  return format.format(value as number)
}

/** JSON text. */
export function json(_page: Page, value: unknown): string {
  return toJson(value)
}

const dateFormat = cached((key) => {
  const [locale, options] = JSON.parse(key) as [string | null, Intl.DateTimeFormatOptions]
  return new Intl.DateTimeFormat(locale ?? undefined, options)
})
const patterns = cached((pattern) => parseDatePattern(pattern).steps)

/**
 * A date by a pattern of tokens, or in the form the language gives it (`date` and `time`: full, long, medium, short).
 * Throws `ZZZ_TEMPLATE_VALUE` for what is no date.
 */
export function formatDate(page: Page, value: unknown, pattern: unknown, options: Options = {}): string {
  if (isAbsent(value)) return ''
  const date = toDate(value)
  const locale = String(options.locale ?? page.locale ?? '') || null
  const zone = String(options.zone ?? page.timeZone)
  if (pattern !== undefined) return printDate(patterns(String(pattern)), partsOf(date, locale, zone))
  const { date: dateStyle = options.time === undefined ? 'medium' : undefined, time: timeStyle } = options
  return dateFormat(JSON.stringify([locale, { dateStyle, timeStyle, timeZone: zone }])).format(date)
}

function toDate(value: unknown): Date {
  const instant = (value as { epochMilliseconds?: unknown }).epochMilliseconds
  const date = value instanceof Date ? value : new Date((instant ?? value) as string | number)
  if (!Number.isNaN(date.getTime())) return date
  throw new ZzzError('ZZZ_TEMPLATE_VALUE', `format_date: ${JSON.stringify(String(value))} is no date`)
}

const numeric = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
  calendar: 'iso8601',
  numberingSystem: 'latn',
} as const

function partsOf(date: Date, locale: string | null, timeZone: string): DateParts {
  const plain = read(date, 'en-US', { ...numeric, timeZone, timeZoneName: 'longOffset' })
  const long = read(date, locale, {
    day: 'numeric',
    month: 'long',
    weekday: 'long',
    timeZone,
    timeZoneName: 'short',
  })
  const short = read(date, locale, { day: 'numeric', month: 'short', weekday: 'short', timeZone })
  return {
    ...plain,
    monthLong: long.month ?? '',
    monthShort: short.month ?? '',
    weekdayLong: long.weekday ?? '',
    weekdayShort: short.weekday ?? '',
    zone: long.timeZoneName ?? '',
    offset: (plain.timeZoneName ?? '').replace('GMT', '') || '+00:00',
    millisecond: String(date.getUTCMilliseconds()),
  }
}

function read(
  date: Date,
  locale: string | null,
  options: Intl.DateTimeFormatOptions,
): Record<string, string> {
  const parts = dateFormat(JSON.stringify([locale, options])).formatToParts(date)
  // Some calendars write numbers with zeros in front.
  return Object.fromEntries(parts.map(({ type, value }) => [type, value.replace(/^0+(?=\d)/, '')]))
}
