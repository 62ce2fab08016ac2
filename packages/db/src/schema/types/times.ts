import { type DataType, unfit } from '../data-type.ts'

const dateForm = /^(?!0000)\d{4}-\d{2}-\d{2}$/

function dumpDate(value: string): string {
  if (typeof value !== 'string' || !dateForm.test(value) || !isCalendarDate(value)) {
    throw unfit('date', value, 'a date like "2026-03-01" of the years 1 to 9999 is needed')
  }
  return value
}

/** 31 February is no date, though `Date` takes it for one in March. */
function isCalendarDate(value: string): boolean {
  const date = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
}

/** A day of the calendar, without a time zone: `2026-03-01`. */
export const dateType: DataType<string> = {
  name: 'date',
  json: { type: 'string', format: 'date' },
  sqlite: { column: 'text', dump: dumpDate },
  postgres: { column: 'date', dump: dumpDate },
}

const timeForm = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/

function dumpTime(value: string): string {
  if (typeof value !== 'string' || !timeForm.test(value)) {
    throw unfit('time', value, 'a time like "09:30:00" or "09:30:00.123456" is needed')
  }
  // The form that PostgreSQL answers with, so that equal times are equal texts.
  return value.includes('.') ? value.replace(/\.?0*$/, '') : value
}

/** A time of day, without a time zone, exact to the microsecond: `09:30:00`. */
export const timeType: DataType<string> = {
  name: 'time',
  // The format `time` of JSON Schema has an offset, ours has none.
  json: { type: 'string', pattern: timeForm.source },
  sqlite: { column: 'text', dump: dumpTime },
  postgres: { column: 'time', dump: dumpTime },
  parse: parseTime,
}

/** `<input type="time">` leaves seconds away that are none. */
function parseTime(input: unknown): unknown {
  return typeof input === 'string' && /^\d{2}:\d{2}$/.test(input) ? `${input}:00` : input
}

const lastInstant = Date.UTC(10_000, 0) - 1
const firstInstant = Date.parse('0001-01-01T00:00:00Z')

function dumpInstant(value: Date): string {
  const time = value instanceof Date ? value.getTime() : Number.NaN
  if (!(time >= firstInstant && time <= lastInstant)) {
    throw unfit('datetime', value, 'a valid Date of the years 1 to 9999 is needed')
  }
  // Six digits for both datetime types, so that texts in SQLite compare as the instants do.
  return `${value.toISOString().slice(0, -1)}000Z`
}

/** `2026-03-01T10:00:00.123456Z` in SQLite, `2026-03-01 10:00:00.123456+00` in PostgreSQL. */
function toIso(raw: unknown): string {
  const text = String(raw)
  return `${text.slice(0, 10)}T${text.slice(11).replace(/(?:\+00|Z)$/, '')}Z`
}

const instantForm =
  /^(?<local>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?<zone>Z|[+-]\d{2}:\d{2})?$/

/** ISO 8601; without a zone, as `<input type="datetime-local">` gives it, it is UTC. */
function parseInstant(input: unknown): unknown {
  const { local, zone = 'Z' } =
    (typeof input === 'string' ? instantForm.exec(input)?.groups : undefined) ?? {}
  return local === undefined || !isCalendarDate(local.slice(0, 10))
    ? input
    : new Date(`${local.replace(' ', 'T')}${zone}`)
}

/** An instant as `Date`, exact to the millisecond. */
export const datetimeType: DataType<Date> = {
  name: 'datetime',
  json: { type: 'string', format: 'date-time' },
  sqlite: { column: 'text', dump: dumpInstant, load: (raw) => new Date(toIso(raw)) },
  postgres: { column: 'timestamptz(3)', dump: dumpInstant, load: (raw) => new Date(toIso(raw)) },
  parse: parseInstant,
}

const microsecondForm =
  /^(?<seconds>(?!0000)\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(?<fraction>\d{1,6}))?Z$/

function dumpMicroseconds(value: string): string {
  const { seconds, fraction = '' } = microsecondForm.exec(value)?.groups ?? {}
  if (seconds === undefined || !isCalendarDate(seconds.slice(0, 10))) {
    throw unfit('datetimeUs', value, 'a text like "2026-03-01T10:00:00.123456Z" is needed')
  }
  return `${seconds}.${fraction.padEnd(6, '0')}Z`
}

/** The forms that `datetime` takes too, with up to six digits for parts of a second. */
function parseMicroseconds(input: unknown): unknown {
  const instant = parseInstant(input)
  if (!(instant instanceof Date) || Number.isNaN(instant.getTime())) return input
  const fraction = /\.(\d+)/.exec(input as string)?.[1] ?? ''
  return fraction.length > 6 ? input : `${instant.toISOString().slice(0, -5)}.${fraction.padEnd(6, '0')}Z`
}

/** An instant as text in UTC, exact to the microsecond. */
export const datetimeUsType: DataType<string> = {
  name: 'datetimeUs',
  json: { type: 'string', format: 'date-time' },
  sqlite: { column: 'text', dump: dumpMicroseconds },
  postgres: {
    column: 'timestamptz',
    dump: dumpMicroseconds,
    load: (raw) => dumpMicroseconds(toIso(raw)),
  },
  parse: parseMicroseconds,
}
