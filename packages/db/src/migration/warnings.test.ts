import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sql } from '../query/sql.ts'
import { id, integer, text } from '../schema/fields.ts'
import {
  type Alteration,
  addCheck,
  addColumn,
  addForeignKey,
  changeColumn,
  dropColumn,
  renameColumn,
} from './operations/alteration.ts'
import { alterTable, createTable, dropTable, type Operation, renameTable } from './operations/operation.ts'
import { createIndex } from './operations/table-index.ts'
import { warningsOf } from './warnings.ts'

const alter = (...changes: Alteration[]) => alterTable('t', changes)

it('warnings name what locks a table, loses data or breaks code that still runs', () => {
  const cases: [Operation, RegExp | undefined, RegExp | undefined][] = [
    [createTable('new', { id: id() }), undefined, undefined],
    [dropTable('t'), /drops the table t/, /drops the table t/],
    [renameTable('t', 'u'), /renames t/, /renames t/],
    [createIndex('t', ['x']), undefined, /make it concurrently/],
    [createIndex('t', ['x'], { concurrently: true }), undefined, undefined],
    [alter(addColumn('x', integer().nullable())), undefined, undefined],
    [alter(addColumn('x', integer().default(1))), undefined, undefined],
    [
      alter(
        addColumn(
          'x',
          integer().default(() => 1),
        ),
      ),
      /neither nullable/,
      /neither nullable/,
    ],
    [alter(renameColumn('a', 'b')), /renames t.a/, /renames t.a/],
    [alter(dropColumn('a')), /builds t anew.*\n.*drops the column t.a/, /^drops the column t.a/],
    [alter(changeColumn('a', { from: integer(), to: text() })), /builds t anew/, /another type for t.a/],
    [alter(changeColumn('a', { from: text().nullable(), to: text() })), /anew/, /not null for t.a/],
    [alter(changeColumn('a', { from: text(), to: text().nullable() })), /anew/, undefined],
    [alter(addCheck('c', sql`a > 0`)), /anew/, /new check: add it with validate: false/],
    [alter(addCheck('c', sql`a > 0`, { validate: false })), /anew/, undefined],
    [alter(addForeignKey(['a'], { table: 'u' })), /anew/, /new foreign key/],
  ]
  for (const [operation, sqlite, postgres] of cases) {
    for (const [database, expected] of [
      ['sqlite', sqlite],
      ['postgres', postgres],
    ] as const) {
      const said = warningsOf(database, [operation]).join('\n')
      if (expected === undefined) assert.equal(said, '', JSON.stringify(operation))
      else assert.match(said, expected)
    }
  }
})

it('nothing is said about a table that the same migration made', () => {
  const operations = [createTable('t', { id: id() }), createIndex('t', ['id']), alter(dropColumn('id'))]
  assert.deepEqual(warningsOf('postgres', operations), [])
})
