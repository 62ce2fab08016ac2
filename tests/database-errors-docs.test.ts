import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { dbErrorCodes } from '@zzz/db'

const file = join(import.meta.dirname, '../docs/database/errors.md')

/** Reads `### CODE` headings, each followed by a paragraph that begins with its status: `CODE: 404`. */
function readDocumented(markdown: string): string[] {
  const sections = markdown.split(/^### /m).slice(1)
  return sections.map((section) => {
    const status = /^.+\n\nStatus (\d{3})\b/.exec(section)?.[1] ?? 'no status'
    return `${section.slice(0, section.indexOf('\n')).trim()}: ${status}`
  })
}

it('docs/database/errors.md explains every error code once, with its status, and no other', () => {
  const expected = Object.entries(dbErrorCodes).map(([code, status]) => `${code}: ${status}`)
  assert.deepEqual(readDocumented(readFileSync(file, 'utf8')).sort(), expected.sort())
})
