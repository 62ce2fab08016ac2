import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { it } from 'node:test'

/**
 * An application with a hundred tables, each with four associations, and a function that queries, preloads two levels
 * deep, groups over a join, casts and inserts. Counts what the type checker instantiates: that is what its time goes into,
 * and unlike its time it is the same on every machine.
 */

const root = resolve(import.meta.dirname, '..')
const tables = 100
const name = (number: number) => `t${(number + tables) % tables}`

function describeTable(number: number): string {
  const [next, far, previous] = [name(number + 1), name(number + 7), name(number - 1)]
  return `export const T${number} = schema('t${number}', {
  id: id(), name: text(), age: integer().nullable(), price: decimal(10, 2), at: datetime(), key: uuid(),
  kind: enumeration('a', 'b'), data: json<{ x: number }>(), on: boolean().default(true), ${next}Id: integer(),
  ${far}Id: integer().nullable(), ...timestamps(),
}, { ${next}: belongsTo('${next}'), ${far}: belongsTo('${far}'), ${previous}s: hasMany('${previous}') })

export async function use${number}(params: Params) {
  const rows = await repo.all(
    from(T${number}).where((t) => t.age.gte(1)).orderBy((t) => t.at.desc())
      .preload({ ${next}: { ${name(number + 2)}: true }, ${previous}s: true }),
  )
  const deep: string | undefined = rows[0]?.${next}?.${name(number + 2)}?.name
  const groups = await repo.all(
    from(T${number}).leftJoin(T${(number + 1) % tables}, '${next}').groupBy((t) => t.kind)
      .select((t, other) => ({ kind: t.kind, count: count(), name: max(other.name) })),
  )
  const amount: number | undefined = groups[0]?.count
  const result = await repo.insert(cast(T${number}, params, ['name', 'kind']).validateRequired(['name']).uniqueConstraint('name'))
  const price: string | undefined = result.ok ? result.value.price : undefined
  return [deep, amount, price]
}
`
}

it(`${tables} tables with relations are checked without an explosion of types`, () => {
  mkdirSync(join(root, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tmp/types-'))
  try {
    const numbers = Array.from({ length: tables }, (_, i) => i)
    const imports =
      'belongsTo, boolean, cast, count, createRepo, datetime, decimal, enumeration, from, hasMany, id, integer, json, max, type Params, schema, text, timestamps, uuid'
    const source = [
      `import { ${imports} } from '@zzz/db'`,
      ...numbers.map(describeTable),
      `export const repo = createRepo({ url: '', schemas: [${numbers.map((i) => `T${i}`).join(', ')}] })`,
    ]
    writeFileSync(join(folder, 'tables.ts'), source.join('\n'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.json', include: ['tables.ts'] }),
    )
    const { stdout, status } = spawnSync(
      join(root, 'node_modules/.bin/tsc'),
      ['-p', '.', '--extendedDiagnostics', '--pretty', 'false'],
      { cwd: folder, encoding: 'utf8' },
    )
    assert.equal(status, 0, stdout.slice(0, 5000))
    const instantiations = Number(/^Instantiations:\s+(\d+)$/m.exec(stdout)?.[1])
    assert.ok(instantiations > 0 && instantiations < 800_000, `${instantiations} instantiations`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
