import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { after, describe, it } from 'node:test'

const root = resolve(import.meta.dirname, '..')
const documents = globSync(['README.md', 'packages/*/README.md', 'docs/**/*.md'], { cwd: root }).sort()

/** A fenced block of TypeScript in a document. */
interface Block {
  /** `docs/errors.md:9`, where its code begins. */
  readonly place: string
  readonly line: number
  readonly code: string
  /** True for blocks marked `ts run`. */
  readonly runs: boolean
}

/** The blocks of a document, but for the files of an application (`ts file=…`), which tests/getting-started.test.ts makes. */
function findBlocks(document: string): Block[] {
  const markdown = readFileSync(join(root, document), 'utf8')
  const fences = markdown.matchAll(/^```ts(?<info> (?!file=)[^\n]*)?\n(?<code>[\s\S]*?)^```$/gm)
  return [...fences].map((match) => {
    const { info = '', code = '' } = match.groups ?? {}
    const line = markdown.slice(0, match.index).split('\n').length + 1
    return { place: `${document}:${line}`, line, code, runs: info.split(' ').includes('run') }
  })
}

/** Writes a block so that its lines have the numbers they have in the document: messages point to the right one. */
function writeBlock(folder: string, { place, line, code }: Block): string {
  const file = join(folder, `${place.replaceAll(/[^\w.-]/g, '_')}.ts`)
  writeFileSync(file, '\n'.repeat(line - 1) + code)
  return file
}

/** Runs a program. Gives what it said when it failed. */
function run(file: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = ['--conditions=@zzz/source', file]
    execFile(process.execPath, args, { timeout: 30_000 }, (error, _output, errors) =>
      resolve(error === null ? undefined : errors || error.message),
    )
  })
}

/** Checks the blocks like an application of this repository; an example may define what it does not use. */
const tsconfig = {
  extends: '../../tsconfig.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['*.ts'],
}

describe('the TypeScript in the documentation', { concurrency: availableParallelism() }, () => {
  // Inside the repository, so that our packages resolve, and outside node_modules, where Node strips no types.
  mkdirSync(join(root, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tmp/docs-'))
  after(() => rmSync(folder, { recursive: true }))

  const blocks = documents.flatMap(findBlocks)
  const files = new Map(blocks.map((block) => [writeBlock(folder, block), block]))

  it(`type-checks (${blocks.length} blocks)`, () => {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    const tsc = join(root, 'node_modules/.bin/tsc')
    const { stdout, status } = spawnSync(tsc, ['-p', '.', '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    assert.equal(status, 0, inDocumentTerms(stdout))
  })

  for (const [file, { place, runs }] of files) {
    if (!runs) continue
    it(`runs: ${place}`, async () => {
      const failure = await run(file)
      assert.equal(failure, undefined, `${place}: ${inDocumentTerms(failure ?? '')}`)
    })
  }

  /** Puts the document's name where a message names the file of a block. */
  function inDocumentTerms(text: string): string {
    return [...files].reduce((result, [file, { place }]) => {
      const document = place.slice(0, place.lastIndexOf(':'))
      return result.replaceAll(file, document).replaceAll(basename(file), document)
    }, text)
  }
})
