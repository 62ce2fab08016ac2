import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { after, describe, it } from 'node:test'
import { promisify } from 'node:util'

/** Follows docs/getting-started.md: makes its files (`file=…` behind the fence), and runs the scripts of its package.json. */

const root = resolve(import.meta.dirname, '..')

/** The files of the page by name, each with its versions in their order. */
function readFiles(): ReadonlyMap<string, readonly string[]> {
  const markdown = readFileSync(join(root, 'docs/getting-started.md'), 'utf8')
  const files = new Map<string, string[]>()
  for (const { groups } of markdown.matchAll(/^```\w+ file=(?<name>\S+)\n(?<text>[\s\S]*?)^```$/gm)) {
    const { name = '', text = '' } = groups ?? {}
    files.set(name, [...(files.get(name) ?? []), text])
  }
  return files
}

describe('docs/getting-started.md', () => {
  // Inside the repository, where our packages resolve, to their source.
  mkdirSync(join(root, '.tmp'), { recursive: true })
  const folder = mkdtempSync(join(root, '.tmp/getting-started-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const files = readFiles()

  /** Makes the files as they are when a file has been written so many times. */
  function makeFiles(version: 'first' | 'last'): void {
    for (const [name, texts] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), texts.at(version === 'first' ? 0 : -1) ?? '')
    }
  }

  async function npm(...args: string[]): Promise<string> {
    const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
    const env = {
      ...inherited,
      PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
      NODE_OPTIONS: '--conditions=@zzz/source',
    }
    const { stdout } = await promisify(execFile)('npm', args, { cwd: folder, env, timeout: 120_000 })
    return stdout
  }

  for (const version of ['first', 'last'] as const) {
    it(`leads to an application that passes its test, with the ${version} version of each file`, async () => {
      makeFiles(version)
      assert.match(await npm('test'), /pass 1\n/)
    })
  }

  it('leads to files of which the compiler refuses only a handler that does not fit its template', async () => {
    makeFiles('last')
    const [first = '', last = ''] = files.get('src/app.ts') ?? []
    writeFileSync(join(folder, 'src/first.ts'), first)
    writeFileSync(join(folder, 'src/wrong.ts'), last.replace('{ name: ctx', '{ nam: ctx'))
    // Our source is checked along with it, and asks for more than what users get of it.
    const lib = ['--lib', 'es2024,esnext.disposable,esnext.iterator']
    const refused = npm('run', 'check', '--', '--customConditions', '@zzz/source', ...lib)
    await assert.rejects(refused, ({ stdout }: { stdout: string }) => {
      assert.deepEqual(stdout.match(/^\S+(?=\(.*: error)/gm), ['src/wrong.ts'], stdout)
      assert.match(stdout, /'nam' does not exist/)
      return true
    })
  })

  it('migrates a database, takes the last migration back, and sows', async () => {
    makeFiles('last')
    const migrate = (...words: string[]) => npm('run', 'migrate', ...words)
    assert.match(await migrate('status'), /state: 'pending'/)
    assert.match(await migrate(), /name: 'create_notes'/)
    assert.match(await migrate('status'), /state: 'applied'/)
    for (let time = 1; time <= 2; time++) assert.match(await npm('run', 'seed'), /'01_notes\.ts'/)
    assert.match(await migrate('rollback'), /name: 'create_notes'/)
    assert.match(await migrate('new', 'add_body'), /_add_body\.ts/)
    await assert.rejects(migrate('toString'), /known are up, status, rollback, new/)
  })

  it('builds for production, and makes types again afterwards', async () => {
    makeFiles('last')
    await npm('run', 'build')
    assert.match(readFileSync(join(folder, 'src/views.gen.ts'), 'utf8'), /views\.gen\//)
    assert.match(await npm('test'), /pass 1\n/)
  })
})
