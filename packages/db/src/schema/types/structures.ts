import { type Codec, type DataType, type Raw, unfit } from '../data-type.ts'

/** `\u0000` or half of a surrogate pair, as JSON.stringify writes them, not behind an escaped backslash. */
const unkeepable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/

/** A value as JSON that both databases keep. */
export function dumpJson(value: unknown): string {
  const text = stringify(value)
  if (text === undefined) throw unfit('json', value, 'JSON has no such value')
  if (unkeepable.test(text)) throw unfit('json', value, 'PostgreSQL keeps no NUL and no half surrogate pair')
  return text
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    // A bigint, a circle, or a toJSON that throws.
    throw unfit('json', value, `it is no JSON: ${(cause as Error).message}`, cause)
  }
}

const loadJson = (raw: NonNullable<Raw>): unknown => JSON.parse(raw as string)

/** Anything that JSON can hold: jsonb in PostgreSQL, text in SQLite. */
export const jsonType: DataType<unknown> = {
  name: 'json',
  sqlite: { column: 'text', dump: dumpJson, load: loadJson, compares: 'nothing' },
  postgres: { column: 'jsonb', dump: dumpJson, load: loadJson },
}

function dumpBytes(value: Uint8Array): Uint8Array {
  if (!(value instanceof Uint8Array)) throw unfit('bytes', value, 'a Uint8Array is needed')
  return value
}

/** Bytes, as Uint8Array. */
export const bytesType: DataType<Uint8Array> = {
  name: 'bytes',
  json: { type: 'string', contentEncoding: 'base64' },
  sqlite: { column: 'blob', dump: dumpBytes },
  postgres: {
    column: 'bytea',
    dump: dumpBytes,
    load: (raw) => Uint8Array.from(Buffer.from((raw as string).slice(2), 'hex')),
  },
}

/** A list of values of one type; PostgreSQL only. */
export function arrayType<T>(element: DataType<T>): DataType<(T | null)[]> {
  const { postgres } = element
  return {
    name: `array(${element.name})`,
    json: { type: 'array', items: { anyOf: [element.json ?? {}, { type: 'null' }] } },
    sqlite: undefined,
    postgres: {
      column: `${postgres.column}[]`,
      dump: (values) => toArrayText(values, postgres),
      load: (raw) => parseArrayText(raw as string, postgres),
    },
  }
}

/** A list as PostgreSQL writes it: `{"1","2",NULL}`. */
export function toArrayText<T>(values: readonly (T | null)[], codec: Codec<T>): string {
  if (!Array.isArray(values)) throw unfit('array', values, 'a list is needed')
  return `{${values.map((value) => (value === null ? 'NULL' : quoteElement(codec.dump(value)))).join(',')}}`
}

function quoteElement(raw: Raw): string {
  const text = raw instanceof Uint8Array ? `\\x${Buffer.from(raw).toString('hex')}` : String(raw)
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`
}

const elementForm = /"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[^,{}"]+)/gs

function parseArrayText<T>(text: string, codec: Codec<T>): (T | null)[] {
  return [...text.matchAll(elementForm)].map(({ groups }) => {
    if (groups?.bare === 'NULL') return null
    const raw = groups?.bare ?? (groups?.quoted ?? '').replaceAll(/\\(.)/gs, '$1')
    return codec.load === undefined ? (raw as T) : codec.load(raw)
  })
}
