import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { type Field, GeneratedTypes } from './generated-types.ts'

/** What became of the mutants of the data of some templates. */
export interface MutationReport {
  /** How many fields the templates read. */
  readonly fields: number
  /** Of them those that only conditions read: anything may stand there, so they are not mistyped. */
  readonly conditionsOnly: number
  readonly mutants: number
  /** Mutants that the compiler accepted. */
  readonly survivors: readonly string[]
  /** Mutants that it refused without naming the template. */
  readonly unnamed: readonly string[]
  /** Errors in what was not mutated. */
  readonly falseErrors: readonly string[]
}

interface Mutant {
  readonly template: string
  readonly type: string
  readonly description: string
  readonly code: string
}

const root = resolve(import.meta.dirname, '../..')

/**
 * Renames, removes and mistypes each field that the templates of a generated `views.gen.ts` read, one at a time, and
 * looks whether the compiler refuses to render the view with it, in a message that names the template. One run of the
 * compiler for all mutants: each stands on a line of its own.
 */
export function mutateViews(generated: string): MutationReport {
  const types = new GeneratedTypes(readFileSync(generated, 'utf8'))
  const subjects = [
    ...[...types.views].map(([template, type]) => ({ template, type, give: 'render' })),
    ...types.layouts.slice(0, 1).map((template) => ({ template, type: 'Shared', give: 'share' })),
  ]
  const fields = subjects.flatMap((subject) =>
    types.fields(subject.type).map((field) => ({ ...subject, field })),
  )
  const mutants = fields.flatMap(({ template, type, give, field }) => mutantsOf(template, type, give, field))
  const unmutated = subjects.map(({ template, type, give }) => `${give}(${viewOf(template)}, {} as ${type})`)
  const errors = check(
    generated,
    subjects.map(({ type }) => type),
    [...unmutated, ...mutants.map(({ code }) => code)],
  )
  const errorOf = (index: number) => errors.get(unmutated.length + index)
  return {
    fields: fields.length,
    conditionsOnly: fields.filter(({ field }) => field.type === 'unknown').length,
    mutants: mutants.length,
    survivors: mutants
      .filter((_, index) => errorOf(index) === undefined)
      .map(({ description }) => description),
    unnamed: mutants.flatMap((mutant, index) => {
      const error = errorOf(index)
      return error === undefined || names(error, mutant, types) ? [] : [`${mutant.description}: ${error}`]
    }),
    falseErrors: [...unmutated.keys(), -1].flatMap((index) => errors.get(index) ?? []),
  }
}

function mutantsOf(
  template: string,
  type: string,
  give: string,
  { path, type: fieldType, optional }: Field,
): Mutant[] {
  const kinds = [...(optional ? [] : ['remove', 'rename']), ...(fieldType === 'unknown' ? [] : ['mistype'])]
  return kinds.map((kind) => ({
    template,
    type,
    description: `${template}: ${kind} ${path.join('.')}`,
    code: `${give}(${viewOf(template)}, {} as Mutated<${type}, ${JSON.stringify(path)}, '${kind}'>)`,
  }))
}

/** By its file, or by the interface that is named for it, or for the template that it hands its data to. */
function names(error: string, { template, type }: Mutant, types: GeneratedTypes): boolean {
  return (
    error.includes(`${template}.html.zzz`) || error.includes(type) || error.includes(types.original(type))
  )
}

function viewOf(template: string): string {
  return `views${template
    .split('/')
    .map((part) => `[${JSON.stringify(part)}]`)
    .join('')}`
}

const prelude = `
import type { Absent, Layout, Place, Renderable } from '@zzz/core/template'
declare function render<D extends object>(view: Renderable<D>, data: NoInfer<D>): void
declare function share<S extends object>(layout: Layout<S>, shared: NoInfer<S>): void
type Bare<T> = Exclude<T, Absent | Place<string>>
type Mutated<T, Path, Kind> = Path extends [infer Key extends string, ...infer Rest]
  ? Key extends '*'
    ? T extends Iterable<infer Item> ? Iterable<Mutated<Bare<Item>, Rest, Kind>>
    : T extends PromiseLike<infer Item> ? Promise<Mutated<Bare<Item>, Rest, Kind>> : never
    : Rest extends []
      ? Omit<T, Key> & (Kind extends 'remove' ? unknown : Kind extends 'rename' ? Record<\`\${Key}_\`, 1> : Record<Key, symbol>)
      : Omit<T, Key> & Record<Key, Mutated<Bare<T[Key & keyof T]>, Rest, Kind>>
  : never
`.trim()

/** The compiler's message for each line that it refuses, by the line's index; -1 holds what is wrong elsewhere. */
function check(generated: string, types: readonly string[], lines: readonly string[]): Map<number, string> {
  mkdirSync(join(root, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tmp/mutants-'))
  try {
    const specifier = relative(folder, generated).split(sep).join('/')
    const imports = `import { ${[...new Set(types)].map((type) => `type ${type}`).join(', ')}, views } from '${specifier}'`
    const head = `${imports}\n${prelude}\n`
    writeFileSync(join(folder, 'mutants.ts'), head + lines.join('\n'))
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: relative(folder, join(root, 'tsconfig.json')), include: ['mutants.ts'] }),
    )
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    })
    return parseErrors(stdout, head.split('\n').length)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function parseErrors(output: string, first: number): Map<number, string> {
  const errors = new Map<number, string>()
  let index = -1
  for (const line of output.split('\n')) {
    const match = /^mutants\.ts\((\d+),\d+\): /.exec(line)
    if (match !== null) index = Math.max(-1, Number(match[1]) - first)
    else if (/^\S/.test(line)) index = -1
    if (line !== '') errors.set(index, `${errors.get(index) ?? ''}${line}\n`)
  }
  return errors
}
