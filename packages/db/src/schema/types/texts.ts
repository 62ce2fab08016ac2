import { type DataType, unfit } from '../data-type.ts'

/** Refuses what one of the databases could not give back: NUL and unpaired surrogates. */
export function checkText(type: string, value: string): string {
  if (typeof value !== 'string') throw unfit(type, value, 'a text is needed')
  if (value.includes('\0')) throw unfit(type, value, 'PostgreSQL keeps no NUL character in a text')
  if (!value.isWellFormed())
    throw unfit(type, value, 'it has half of a surrogate pair, which UTF-8 cannot hold')
  return value
}

const dumpText = (value: string) => checkText('text', value)

/** Text of any length. */
export const textType: DataType<string> = {
  name: 'text',
  json: { type: 'string' },
  sqlite: { column: 'text', dump: dumpText },
  postgres: { column: 'text', dump: dumpText },
}

/** Text of at most so many characters (code points, as PostgreSQL counts). */
export function stringType(length: number): DataType<string> {
  const name = `string(${length})`
  function dump(value: string): string {
    checkText(name, value)
    if (value.length > length && [...value].length > length) throw unfit(name, value, 'it is too long')
    return value
  }
  return {
    name,
    json: { type: 'string', maxLength: length },
    sqlite: { column: 'text', dump },
    postgres: { column: `varchar(${length})`, dump },
  }
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function dumpUuid(value: string): string {
  if (typeof value !== 'string' || !uuidForm.test(value)) {
    throw unfit('uuid', value, 'a UUID with hyphens is needed')
  }
  return value.toLowerCase()
}

/** UUIDs in lower case with hyphens. */
export const uuidType: DataType<string> = {
  name: 'uuid',
  json: { type: 'string', format: 'uuid' },
  sqlite: { column: 'text', dump: dumpUuid },
  postgres: { column: 'uuid', dump: dumpUuid },
}

/** One of a few texts. */
export function enumerationType<const T extends string>(values: readonly T[]): DataType<T> {
  const name = `enumeration(${values.map((value) => JSON.stringify(value)).join(', ')})`
  const known = new Set<string>(values)
  function dump(value: T): string {
    if (!known.has(value)) throw unfit(name, value, 'it is none of them')
    return value
  }
  function load(raw: unknown): T {
    if (!known.has(raw as string))
      throw unfit(name, raw, 'the database holds a value that the schema does not know')
    return raw as T
  }
  return {
    name,
    json: { enum: values },
    sqlite: { column: 'text', dump, load },
    postgres: { column: 'text', dump, load },
  }
}
