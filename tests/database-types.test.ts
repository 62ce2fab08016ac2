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

/** What the type checker says of a file in the repository. */
function check(source: string): { readonly stdout: string; readonly status: number | null } {
  mkdirSync(join(root, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tmp/types-'))
  try {
    writeFileSync(join(folder, 'source.ts'), source)
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.json', include: ['source.ts'] }),
    )
    const options = ['-p', '.', '--extendedDiagnostics', '--noUnusedLocals', 'false', '--pretty', 'false']
    return spawnSync(join(root, 'node_modules/.bin/tsc'), options, { cwd: folder, encoding: 'utf8' })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

it(`${tables} tables with relations are checked without an explosion of types`, () => {
  const numbers = Array.from({ length: tables }, (_, i) => i)
  const imports =
    'belongsTo, boolean, cast, count, createRepo, datetime, decimal, enumeration, from, hasMany, id, integer, json, max, type Params, schema, text, timestamps, uuid'
  const { stdout, status } = check(
    [
      `import { ${imports} } from '@zzz/db'`,
      ...numbers.map(describeTable),
      `export const repo = createRepo({ url: '', schemas: [${numbers.map((i) => `T${i}`).join(', ')}] })`,
    ].join('\n'),
  )
  assert.equal(status, 0, stdout.slice(0, 5000))
  const instantiations = Number(/^Instantiations:\s+(\d+)$/m.exec(stdout)?.[1])
  assert.ok(instantiations > 0 && instantiations < 800_000, `${instantiations} instantiations`)
})

/** Mistakes, each on a line of its own, and what its message says at its end. */
const mistakes: readonly (readonly [mistake: string, message: RegExp])[] = [
  [`from(User).where((u) => u.emial.eq('x'))`, /^Property 'emial' does not .* Did you mean 'email'\?$/],
  [`cast(User, {}, ['emial'])`, /'"emial"' is not .*"role" \| "updatedAt"'\. Did you mean '"email"'\?$/],
  [`repo.getBy(User, { emial: 'x' })`, /'emial' does not exist in type .* Did you mean to write 'email'\?$/],
  [
    `repo.insert(User, { role: 'member' })`,
    /Property 'email' is missing in type '\{ role: "member"; \}' .*$/,
  ],
  [
    `from(User).where((u) => u.age.gt('18'))`,
    /'string' is not assignable to .* 'Operand<number \| null>'\.$/,
  ],
  [`from(User).where((u) => u.age.eq(null))`, /'null' is not assignable to .* 'Operand<number \| null>'\.$/],
  [`from(User).where((u) => u.email.eq(u.id))`, /Type 'number' is not assignable to type 'string'\.$/],
  [
    `from(User).orderBy((u) => u.email)`,
    /missing the following properties from type 'Order': direction, nulls$/,
  ],
  [`from(User).preload('post')`, /'"post"' is not assignable to parameter of type '"posts" \| /],
  [`from(User).preload({ post: true })`, /'post' does not exist in type .* Did you mean to write 'posts'\?$/],
  [`from(User).innerJoin(Post, 'post')`, /'"post"' is not assignable to parameter of type '"posts" \| /],
  [`repo.get(User, '1')`, /'string' is not assignable to parameter of type 'number'\.$/],
  [`user.posts`, /^Property 'posts' does not exist on type '\{ .*email: string; .*\}'\.$/],
  [
    `multi().step('a', () => 1).step('b', ({ c }) => c)`,
    /'c' does not exist on type '\{ readonly a: number; \}'/,
  ],
  [
    `union(from(User), from(Post))`,
    /'{ id: number; userId: number; }' is missing the following .*: age, email, insertedAt, /,
  ],
  [
    `createRepo({ url: '', schemas: [User] })`,
    /not assignable to type '"users\.posts leads to posts, which is not among the schemas"'\.$/,
  ],
]

it('mistakes are told in messages that name them', () => {
  const source = `import { cast, createRepo, enumeration, from, hasMany, id, integer, multi, type Row, schema, text, timestamps, union } from '@zzz/db'
const User = schema('users', { id: id(), email: text(), age: integer().nullable(), role: enumeration('admin', 'member'), ...timestamps() }, { posts: hasMany('posts') })
const Post = schema('posts', { id: id(), userId: integer() })
const repo = createRepo({ url: '', schemas: [User, Post] })
const user = {} as Row<typeof User>
${mistakes.map(([mistake]) => mistake).join('\n')}`
  const { stdout } = check(source)
  const messages = stdout.split(/^source\.ts\(/m).slice(1)
  for (const [i, [mistake, message]] of mistakes.entries()) {
    const said = messages.filter((each) => each.startsWith(`${i + 6},`))
    assert.equal(said.length, 1, `${mistake}\n${stdout}`)
    const text = (said[0] as string).replace(/^.*?TS\d+: /, '').replace(/\n(?! )[\s\S]*$/, '')
    assert.match(text, message)
  }
})
