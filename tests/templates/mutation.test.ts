import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, it } from 'node:test'
import { buildViews, generateViews } from '@zzz/core/template/build'
import { mutateViews } from './mutate-views.ts'

const root = resolve(import.meta.dirname, '../..')
let folder: string

before(() => {
  // Inside the repository, so that our packages resolve.
  mkdirSync(join(root, '.tmp'), { recursive: true })
  folder = mkdtempSync(join(root, '.tmp/views-'))
  cpSync(join(import.meta.dirname, 'fixtures'), folder, { recursive: true })
})
after(() => rmSync(folder, { recursive: true }))

for (const make of [buildViews, generateViews]) {
  it(`handlers as people write them are accepted with the file of ${make.name}`, async () => {
    await make({ root: join(folder, 'views') })
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'] }),
    )
    const tsc = join(root, 'node_modules/.bin/tsc')
    const { stdout, status } = spawnSync(tsc, ['-p', '.', '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stdout)
  })
}

for (const [name, views, least] of [
  ['the fixtures', undefined, 150],
  ['the example', 'examples/app/src/views', 75],
] as const) {
  it(`every field of ${name} that is missing, renamed or of a wrong type is refused by name`, async (t) => {
    const folderOfViews = views === undefined ? join(folder, 'views') : join(root, views)
    const { file } = await generateViews({ root: folderOfViews, out: join(folder, 'mutated.gen.ts') })
    const report = mutateViews(file)
    t.diagnostic(
      `${report.fields} fields (${report.conditionsOnly} in conditions only), ${report.mutants} mutants, ` +
        `${report.survivors.length} survived, ${report.unnamed.length} unnamed`,
    )
    assert.deepEqual(report.falseErrors, [])
    assert.deepEqual(report.survivors, [])
    assert.deepEqual(report.unnamed, [])
    assert.ok(report.mutants > least, `only ${report.mutants} mutants`)
  })
}
