import type { Codec, DataType, Raw } from '../schema/data-type.ts'

/** Makes what the driver sends from a value that is not null. */
export type Dump = (value: never) => Raw

/** Where the SQL of the two databases differs. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres'
  /** The most parameters of one statement. */
  readonly maxParameters: number
  /** Text for the parameter of that number, from 1. A text uses its parameters once each, in their order. */
  parameter(number: number): string
  /** How the database keeps a type. Throws `ZZZ_DB_UNSUPPORTED` when it has no such type. */
  codec(type: DataType<unknown>): Codec<unknown>
  /** A parameter that nothing else gives a type. */
  typed(parameter: string, codec: Codec<unknown>): string
  /** Whether the term is in the list that the parameter holds, and how to dump such a list. */
  inList(
    term: string,
    parameter: string,
    negated: boolean,
    codec: Codec<unknown>,
  ): { text: string; dump: Dump }
  /** Whether the term matches a pattern, and how to dump such a pattern. */
  like(term: string, parameter: string, insensitive: boolean): { text: string; dump: Dump }
  /** The text behind a term of an order. */
  nulls(direction: 'asc' | 'desc', wanted: 'first' | 'last' | undefined, nullable: boolean): string
  /** `limit` and `offset`. */
  window(limit: string | undefined, offset: string | undefined): string
  /** What only this database has. */
  readonly has: { readonly distinctOn: boolean; readonly locks: boolean }
}

/** A name as SQL: quoted, whatever is in it. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
