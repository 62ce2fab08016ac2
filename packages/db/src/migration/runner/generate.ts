import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DbError } from '../../errors.ts'
import { folderRule, isText } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import { toColumnName } from '../../schema/column-name.ts'

/** Options of `generateMigration`. */
export interface GenerateOptions {
  /** The folder of the migrations; it is made where it is missing. */
  readonly folder: string
  /** What it does: `create_users`, `CreateUsers` or `create users`. */
  readonly name: string
  /** The time in its name. Default: now. */
  readonly at?: Date | undefined
}

const rules: OptionRules<GenerateOptions> = {
  folder: folderRule,
  name: ['a name like create_users', isText],
  at: ['a Date', (value) => value instanceof Date && !Number.isNaN(value.getTime())],
}

/**
 * Writes a new migration whose version is later than all that are there; gives its path. One called `create_…` begins
 * with a table.
 */
export async function generateMigration(options: GenerateOptions): Promise<string> {
  checkOptions('generateMigration', options, rules)
  const { folder, at = new Date() } = options
  const name = toColumnName(options.name.trim().replaceAll(/[\s-]+/g, '_'))
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new DbError(
      'ZZZ_DB_OPTION_INVALID',
      `generateMigration: ${JSON.stringify(options.name)} is no name: use letters, digits and _`,
    )
  }
  await mkdir(folder, { recursive: true })
  const taken = (await readdir(folder)).map((file) => file.slice(0, 14))
  const path = join(folder, `${freeVersion(at, taken)}_${name}.ts`)
  await writeFile(path, template(name), { flag: 'wx' })
  return path
}

/** Two in one second would have the same version. */
function freeVersion(at: Date, taken: readonly string[]): string {
  for (let time = at.getTime(); ; time += 1000) {
    const version = new Date(time).toISOString().replaceAll(/\D/g, '').slice(0, 14)
    if (!taken.includes(version)) return version
  }
}

function template(name: string): string {
  const table = /^create_(?<table>\w+)$/.exec(name)?.groups?.table
  if (table === undefined)
    return `import { alterTable } from '@zzz/db/migration'\n\nexport const change = [alterTable('', [])]\n`
  return `import { id, timestamps } from '@zzz/db'
import { createTable } from '@zzz/db/migration'

export const change = [createTable('${table}', { id: id(), ...timestamps() })]
`
}
