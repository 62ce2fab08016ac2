import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { from } from '../query/query.ts'
import type { AnyField, Field } from '../schema/field.ts'
import {
  array,
  bigint,
  boolean,
  bytes,
  date,
  datetime,
  datetimeUs,
  decimal,
  enumeration,
  float,
  integer,
  json,
  string,
  text,
  time,
  uuid,
} from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { uuidv7 } from '../schema/uuid.ts'
import { createRepo } from './create-repo.ts'

/** Random numbers from a seed, so that a failure can be seen again (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const seed = 20261124
const random = randomFrom(seed)
const below = (most: number) => Math.floor(random() * most)
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
const digits = (count: number) => Array.from({ length: count }, () => below(10)).join('')

const strange = [
  '',
  ' ',
  '\n',
  '"',
  "'",
  '\\',
  '\\N',
  'NULL',
  '{}',
  ',',
  '%',
  '_',
  '👋🏽',
  'ß',
  '\u200d',
  '$1',
  '?1',
  '\ufeff',
  '5.0',
  '\u0001',
]
const someText = () => Array.from({ length: below(6) }, () => pick(strange)).join('')
const someDouble = () => {
  const bytes = new DataView(new ArrayBuffer(8))
  bytes.setUint32(0, below(2 ** 32))
  bytes.setUint32(4, below(2 ** 32))
  const value = bytes.getFloat64(0)
  return Number.isNaN(value) ? 0.1 : value
}
const someDate = () =>
  new Date(Date.UTC(below(9998) + 1, below(12), below(28) + 1, below(24), below(60), below(60), below(1000)))

interface Case {
  readonly field: Field<unknown>
  readonly column: { readonly sqlite: string; readonly postgres: string }
  readonly edges: readonly unknown[]
  readonly make: () => unknown
}

/** A type with its hardest values, and random ones. */
function caseOf<T>(field: Field<T>, edges: readonly T[], make: () => T): Case {
  const any = field as AnyField
  const { sqlite, postgres } = any.parts.type
  return {
    field: field as Field<unknown>,
    column: { sqlite: sqlite?.column ?? '', postgres: postgres.column },
    edges,
    make,
  }
}

const cases: Readonly<Record<string, Case>> = {
  integer: caseOf(integer(), [0, -1, 2 ** 53 - 1, -(2 ** 53 - 1)], () => below(2 ** 32) - 2 ** 31),
  bigint: caseOf(bigint(), [0n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n], () =>
    BigInt.asIntN(64, BigInt(below(2 ** 32)) ** 2n - 5n),
  ),
  float: caseOf(
    float(),
    [0, 0.1 + 0.2, 5, Number.MAX_VALUE, Number.MIN_VALUE, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    someDouble,
  ),
  decimal: caseOf(
    decimal(30, 4),
    ['0.0000', '-0.0001', '12345678901234567890.1234', '99999999999999999999999999.9999'],
    () => `${pick(['', '-'])}${1 + below(9)}${digits(below(20))}.${digits(4)}`,
  ),
  boolean: caseOf(boolean(), [true, false], () => random() < 0.5),
  text: caseOf(text(), strange, someText),
  string: caseOf(string(10), ['', '👋👋👋👋👋👋👋👋👋👋', '5.0'], () =>
    someText().slice(0, 5).toWellFormed(),
  ),
  uuid: caseOf(
    uuid(),
    ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    uuidv7,
  ),
  enumeration: caseOf(enumeration('a b', "it's", '5.0'), ['a b', "it's", '5.0'], () => pick(['a b', "it's"])),
  date: caseOf(date(), ['0001-01-01', '9999-12-31', '2024-02-29', '2026-03-29'], () =>
    someDate().toISOString().slice(0, 10),
  ),
  time: caseOf(time(), ['00:00:00', '23:59:59.999999', '12:00:00.1'], () =>
    someDate().toISOString().slice(11, 19),
  ),
  datetime: caseOf(
    datetime(),
    [
      new Date(0),
      new Date('0001-01-01T00:00:00.000Z'),
      new Date('9999-12-31T23:59:59.999Z'),
      new Date('2026-03-29T01:30:00.001Z'),
    ],
    someDate,
  ),
  datetimeUs: caseOf(
    datetimeUs(),
    ['0001-01-01T00:00:00.000001Z', '9999-12-31T23:59:59.999999Z', '2026-10-25T00:30:00.123456Z'],
    () =>
      someDate()
        .toISOString()
        .replace('Z', `${digits(3)}Z`),
  ),
  json: caseOf<unknown>(
    json(),
    [
      [],
      {},
      '',
      'text',
      0,
      false,
      [1, [2]],
      { a: null },
      ['x'],
      '\\u0000',
      1e300,
      JSON.parse('{"__proto__": 1, "b": {}}'),
    ],
    () => ({ text: someText(), list: [below(10), { deep: random() < 0.5 }], [someText()]: someDouble() > 0 }),
  ),
  bytes: caseOf(bytes(), [new Uint8Array(), Uint8Array.from({ length: 256 }, (_, i) => i)], () =>
    Uint8Array.from({ length: below(20) }, () => below(256)),
  ),
}

const full = process.env.ZZZ_TEST_SIZE === 'full'
const rounds = full ? 2000 : 100

describeDatabases('every type loads what was dumped', ({ dialect, create }) => {
  for (const [name, { field, column, edges, make }] of Object.entries(cases)) {
    it(`${name} (seed ${seed})`, async () => {
      const Thing = schema('things', { key: integer().primaryKey(), value: field.nullable() })
      const repo = createRepo({ url: await create(), schemas: [Thing] })
      const strict = dialect === 'sqlite' ? ' strict' : ''
      await repo.rawExec({
        sql: `create table things (key integer primary key, value ${column[dialect]})${strict}`,
        parameters: [],
      })
      const values = [null, ...edges, ...Array.from({ length: rounds }, make)]
      await repo.insertAll(
        Thing,
        values.map((value, key) => ({ key, value })),
      )
      const rows = await repo.all(from(Thing).orderBy((t) => t.key.asc()))
      assert.deepEqual(
        rows.map(({ value }) => value),
        values,
      )

      // A value finds its own row, alone and in a list, where the type can be compared.
      const compares = dialect === 'postgres' || field.parts.type.sqlite?.compares !== 'nothing'
      for (const value of compares ? values.slice(1, 40) : []) {
        const alone = await repo.all(from(Thing).where((t) => t.value.eq(value as never)))
        const listed = await repo.all(from(Thing).where((t) => t.value.in([value])))
        assert.ok(
          alone.some((row) => same(row.value, value)),
          `${name} eq ${String(value)}`,
        )
        assert.deepEqual(listed, alone, `${name} in ${String(value)}`)
      }
      await repo.stop()
    })
  }

  it('array, which SQLite does not have', async () => {
    const Thing = schema('things', {
      key: integer().primaryKey(),
      tags: array(text()),
      days: array(integer()),
    })
    const url = await create()
    if (dialect === 'sqlite') {
      assert.throws(() => createRepo({ url, schemas: [Thing] }), {
        code: 'ZZZ_DB_UNSUPPORTED',
        message: /json\(\)/,
      })
      return
    }
    const repo = createRepo({ url, schemas: [Thing] })
    await repo.rawExec({
      sql: 'create table things (key integer primary key, tags text[], days bigint[])',
      parameters: [],
    })
    const values = [[], ['NULL', null, '', '"', '\\', ',', '{}', ' x '], strange]
    await repo.insertAll(
      Thing,
      values.map((tags, key) => ({ key, tags, days: [key, null] })),
    )
    const rows = await repo.all(from(Thing).orderBy((t) => t.key.asc()))
    assert.deepEqual(
      rows.map(({ tags }) => tags),
      values,
    )
    assert.deepEqual(
      rows.map(({ days }) => days),
      [
        [0, null],
        [1, null],
        [2, null],
      ],
    )
    await repo.stop()
  })
})

/** -0 is found by 0. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  try {
    assert.deepEqual(a, b)
    return true
  } catch {
    return false
  }
}

const unfit: Readonly<Record<string, readonly [AnyField, readonly unknown[]]>> = {
  integer: [integer() as AnyField, ['5', 1.5, 2 ** 53, Number.NaN, 5n, true, {}, new Date(0)]],
  bigint: [bigint() as AnyField, [5, 2n ** 63n, '5']],
  float: [float() as AnyField, [Number.NaN, '0.1', 1n]],
  decimal: [decimal(5, 2) as AnyField, ['', '1e3', '1234.00', '0.001', 'abc', '1,5', {}]],
  boolean: [boolean() as AnyField, [1, 0, 'true']],
  text: [text() as AnyField, [5, 'a\0', '\udfff', {}, ['x']]],
  string: [string(2) as AnyField, ['abc', '👋👋👋']],
  uuid: [
    uuid() as AnyField,
    ['', 'g0000000-0000-0000-0000-000000000000', '00000000000000000000000000000000'],
  ],
  enumeration: [enumeration('a') as AnyField, ['b', 'toString', 1]],
  date: [date() as AnyField, ['2026-02-30', '2026-13-01', '0000-01-01', '2026-1-1', new Date(0)]],
  time: [time() as AnyField, ['24:00:00', '12:00', '12:00:00.1234567', '12:60:00']],
  datetime: [
    datetime() as AnyField,
    [new Date(Number.NaN), '2026-01-01', new Date(Date.UTC(10000, 0)), new Date(-1e14), 0],
  ],
  datetimeUs: [
    datetimeUs() as AnyField,
    ['2026-02-30T00:00:00Z', '2026-01-01T00:00:00', '2026-01-01 00:00:00Z', new Date(0)],
  ],
  json: [json() as AnyField, [() => {}, Symbol('x'), 'a\0', { deep: ['\ud800'] }]],
  bytes: [bytes() as AnyField, ['abc', [1, 2], new ArrayBuffer(2)]],
}

for (const [name, [field, values]] of Object.entries(unfit)) {
  it(`${name} refuses what it cannot hold, on both databases`, () => {
    const { sqlite, postgres } = field.parts.type
    for (const value of values) {
      for (const codec of [sqlite, postgres]) {
        assert.throws(() => codec?.dump(value), { code: 'ZZZ_DB_VALUE' }, `${name}: ${String(value)}`)
      }
    }
  })
}

it('decimal normalises to its scale, so that equal numbers are equal texts', () => {
  const { dump } = (decimal(6, 2) as AnyField).parts.type.postgres
  const made = ['1', '01.5', '-0', '-0.10', '1234.50', '0.5'].map(dump)
  assert.deepEqual(made, ['1.00', '1.50', '0.00', '-0.10', '1234.50', '0.50'])
})
