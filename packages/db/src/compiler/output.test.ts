import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { it } from 'node:test'
import { bigint, boolean, id, text } from '../schema/fields.ts'
import { schema } from '../schema/schema.ts'
import { sqliteDialect } from './dialects/sqlite.ts'
import { compileMapper, isWide, type Output } from './output.ts'

const { columns } = schema('things', { id: id(), name: text(), big: bigint().nullable(), on: boolean() })

const output: Output = {
  kind: 'record',
  entries: [
    ['thing', { kind: 'row', first: 0, columns, optional: true }],
    [
      '__proto__',
      { kind: 'record', entries: [['x"y', { kind: 'value', index: 1, type: columns[1]?.type as never }]] },
    ],
  ],
}

const full = [7n, 'a', 9007199254740993n, 1n]
const empty = [null, null, null, null]

it('a row mapper makes nested objects, with bigint only where the schema says so', () => {
  const map = compileMapper(output, sqliteDialect)
  assert.equal(isWide(output, sqliteDialect), true)
  const made = map(full)
  assert.deepEqual(Object.entries(made as object), [
    ['thing', { id: 7, name: 'a', big: 9007199254740993n, on: true }],
    ['__proto__', { 'x"y': 'a' }],
  ])
  assert.equal(Object.getPrototypeOf(made), Object.prototype)
  assert.deepEqual(Object.entries(map(empty) as object), [
    ['thing', null],
    ['__proto__', { 'x"y': null }],
  ])
})

it('a row mapper does the same where no code may be generated', () => {
  const script = `
    const { compileMapper } = await import('./output.ts')
    const { sqliteDialect } = await import('./dialects/sqlite.ts')
    const { bigint, boolean, id, text } = await import('../schema/fields.ts')
    const { schema } = await import('../schema/schema.ts')
    const { columns } = schema('things', { id: id(), name: text(), big: bigint().nullable(), on: boolean() })
    const row = { kind: 'row', first: 0, columns, optional: true }
    const map = compileMapper({ kind: 'record', entries: [['thing', row]] }, sqliteDialect)
    const { thing } = map([7n, 'a', 9007199254740993n, 1n])
    console.log(thing.id, thing.name, thing.big, thing.on, map([null, null, null, null]).thing)
  `
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  )
  assert.equal(stdout, '7 a 9007199254740993n true null\n', stderr)
})
