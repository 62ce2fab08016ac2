import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { number } from './table.ts'

const file = join(import.meta.dirname, '../RESULTS.md')
const title = '# Benchmark results\n\nWritten by `npm run bench` and its relatives; do not edit.\n'

/** Prints a section and, when it is `complete`, writes it to RESULTS.md in place of the one with the same headline. */
export function publish(headline: string, text: string, complete: boolean): void {
  const section = `## ${headline}\n\n${text.trim()}\n`
  console.log(`\n${section}`)
  if (!complete) return
  const old = existsSync(file) ? readFileSync(file, 'utf8') : title
  const others = old.split(/^(?=## )/m).filter((part) => !part.startsWith(`## ${headline}\n`))
  writeFileSync(file, `${[...others, section].map((part) => part.trim()).join('\n\n')}\n`)
}

/** The circumstances of a run, as a list: machine, versions, date, settings, and how to repeat it. */
export function circumstances(command: string, settings: string): string {
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${number(totalmem() / 2 ** 30)} GiB`
  return [
    `- Machine: ${machine}; ${type()} ${release().split('-')[0]}`,
    `- Node ${process.versions.node}, V8 ${process.versions.v8}`,
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- Settings: ${settings}`,
    `- Command: \`${[command, ...process.argv.slice(2)].join(' ')}\``,
  ].join('\n')
}
