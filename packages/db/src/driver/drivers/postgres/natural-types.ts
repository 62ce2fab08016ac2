/** Values of raw statements, whose types no schema tells: by PostgreSQL's number of the type. Others stay text. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === 't',
  17: (text) => Uint8Array.from(Buffer.from(text.slice(2), 'hex')),
  20: toInteger,
  21: Number,
  23: Number,
  26: Number,
  114: (text) => JSON.parse(text),
  700: Number,
  701: Number,
  3802: (text) => JSON.parse(text),
}

/** A number, unless it would not be exact. */
function toInteger(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

interface TypeParsers {
  readonly getTypeParser: (oid: number) => (text: string) => unknown
}

const asText = (text: string): unknown => text

/** For `pg`: makes values of common types. */
export const naturalTypes: TypeParsers = { getTypeParser: (oid: number) => parsers[oid] ?? asText }
