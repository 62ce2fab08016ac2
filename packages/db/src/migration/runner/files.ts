import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DbError } from '../../errors.ts'

/** The file of a migration. */
export interface MigrationFile {
  /** The time of its making, `YYYYMMDDhhmmss`, by which migrations are ordered. */
  readonly version: string
  /** What comes behind: `create_users`. */
  readonly name: string
  readonly path: string
  /** Its content as SHA-256; the kind of line ends does not count. */
  readonly checksum: string
}

const fileForm = /^(?<version>\d{14})_(?<name>[a-z0-9_]+)\.m?[jt]s$/

/** The migrations of a folder, the oldest first. Throws `ZZZ_DB_MIGRATION` for a file whose name is none. */
export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const names = await readdir(folder).catch((cause: Error) => {
    throw new DbError('ZZZ_DB_MIGRATION', `Cannot read the folder of migrations: ${cause.message}`, { cause })
  })
  const code = names.filter((name) => /\.m?[jt]s$/.test(name) && !/\.d\.m?ts$/.test(name)).sort()
  const files: MigrationFile[] = []
  for (const name of code) {
    const file = await readMigration(resolve(folder), name)
    const twin = files.find(({ version }) => version === file.version)
    if (twin !== undefined) {
      throw new DbError(
        'ZZZ_DB_MIGRATION',
        `${twin.path} and ${name} have the same version: rename one of them`,
      )
    }
    files.push(file)
  }
  return files
}

async function readMigration(folder: string, file: string): Promise<MigrationFile> {
  const { version, name } = fileForm.exec(file)?.groups ?? {}
  if (version === undefined || name === undefined) {
    throw new DbError(
      'ZZZ_DB_MIGRATION',
      `${join(folder, file)} is no migration: one is named like 20261124063000_create_users.ts`,
    )
  }
  const path = join(folder, file)
  const content = (await readFile(path, 'utf8')).replaceAll('\r\n', '\n')
  return { version, name, path, checksum: createHash('sha256').update(content).digest('hex') }
}
