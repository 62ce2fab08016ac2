import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder that every server serves under `/static`. */
export const filesFolder: string = join(import.meta.dirname, '../files')

/** 10 KiB. */
export const page: string = readFileSync(join(filesFolder, 'page.txt'), 'utf8')

/** 1 MiB and a little more. */
export const large: string = page.repeat(103)

/** Writes the large file, which is not kept in the repository. To be called before servers start. */
export function prepareFiles(): void {
  writeFileSync(join(filesFolder, 'large.txt'), large)
}
