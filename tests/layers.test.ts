import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { checkLayers, formatViolation } from '../scripts/layers/check.ts'
import { findImports } from '../scripts/layers/imports.ts'

type Tree = Record<string, string>

const clean: Tree = {
  'packages/core/package.json': JSON.stringify({
    name: '@zzz/core',
    exports: {
      '.': { '@zzz/source': './src/index.ts', default: './dist/index.js' },
      './server': { '@zzz/source': './src/server/index.ts', default: './dist/server/index.js' },
      './middleware': { '@zzz/source': './src/middleware/index.ts', default: './dist/middleware/index.js' },
    },
  }),
  'packages/core/src/errors.ts': 'export class ZzzError extends Error {}',
  'packages/core/src/http/request.ts': "import { ZzzError } from '../errors.ts'\nexport class Request {}",
  'packages/core/src/http/reply.ts': "import type { Request } from './request.ts'\nexport class Reply {}",
  'packages/core/src/app/app.ts':
    "import { Request } from '../http/request.ts'\nexport const createApp = () => Request",
  'packages/core/src/server/index.ts': "export { serve } from './serve.ts'",
  'packages/core/src/server/serve.ts':
    "import { Request } from '../http/request.ts'\nexport const serve = Request",
  'packages/core/src/middleware/index.ts': "export { logger } from './logger.ts'",
  'packages/core/src/middleware/logger.ts':
    "import { Request } from '../http/request.ts'\nexport const logger = Request",
  'packages/core/src/index.ts': "export { createApp } from './app/app.ts'",
  'packages/client/package.json': JSON.stringify({
    name: '@zzz/client',
    exports: { './protocol': { '@zzz/source': './src/protocol/index.ts' } },
  }),
  'packages/client/src/protocol/index.ts': "export { codec } from './codec.ts'",
  'packages/client/src/protocol/codec.ts': 'export const codec = 1',
  'packages/db/package.json': JSON.stringify({ name: '@zzz/db', exports: { '.': './src/index.ts' } }),
  'packages/db/src/index.ts': "import 'node:sqlite'",
  'tests/all.test.ts': "import { createApp } from '@zzz/core'\nimport { serve } from '@zzz/core/server'",
}

/** Checks the clean tree with some files added or replaced, and gives the violations as they are printed. */
function check(changes: Tree): string[] {
  const root = mkdtempSync(join(tmpdir(), 'zzz-layers-'))
  try {
    for (const [path, text] of Object.entries({ ...clean, ...changes })) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return checkLayers(root).map(formatViolation)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Asserts that the changes cause one violation, which reads like `expected`. */
function refuses(changes: Tree, expected: RegExp): void {
  const violations = check(changes)
  assert.equal(violations.length, 1, violations.join('\n'))
  assert.match(violations[0] as string, expected)
}

describe('the layers', () => {
  it('are kept by this repository', () => {
    assert.deepEqual(checkLayers(resolve(import.meta.dirname, '..')).map(formatViolation), [])
  })

  it('let a clean tree pass', () => assert.deepEqual(check({}), []))

  it('refuse an arrow upwards, with file and line', () => {
    refuses(
      { 'packages/core/src/http/body.ts': "\n\nimport { createApp } from '../app/app.ts'" },
      /^packages\/core\/src\/http\/body\.ts:3 {2}core\/http may not import core\/app: it stands only on errors, internal, clock$/,
    )
  })

  it('refuse a type-only arrow too', () => {
    refuses(
      { 'packages/core/src/server/handle.ts': "import type { App } from '../app/app.ts'" },
      /core\/server may not import core\/app/,
    )
    refuses(
      { 'packages/core/src/server/handle.ts': "type App = typeof import('../app/app.ts')" },
      /core\/server may not import core\/app/,
    )
  })

  it('refuse an arrow hidden in a dynamic import or a re-export', () => {
    refuses(
      { 'packages/core/src/http/lazy.ts': "await import('../app/app.ts')" },
      /core\/http may not import core\/app/,
    )
    refuses(
      { 'packages/core/src/http/all.ts': "export * from '../app/app.ts'" },
      /core\/http may not import core\/app/,
    )
  })

  it('keep servers and middleware out of the main entry', () => {
    refuses(
      { 'packages/core/src/index.ts': "export * from './server/index.ts'" },
      /core\/index may not import core\/server/,
    )
  })

  it('refuse a sibling middleware', () => {
    refuses(
      { 'packages/core/src/middleware/cors.ts': "import { logger } from './logger.ts'" },
      /core\/middleware may not import core\/middleware\/logger: siblings/,
    )
  })

  it('let a middleware of several files import its own', () => {
    const files = {
      'packages/core/src/middleware/session.ts': "export { store } from './session/store.ts'",
      'packages/core/src/middleware/session/store.ts':
        "import { limit } from './limit.ts'\nexport const store = limit",
      'packages/core/src/middleware/session/limit.ts': 'export const limit = 1',
    }
    assert.deepEqual(check(files), [])
  })

  it('let a test lean on every floor below its subject, and nothing else on a test', () => {
    const test = 'packages/core/src/server/serve.test.ts'
    assert.deepEqual(check({ [test]: "import { createApp } from '../app/app.ts'" }), [])
    refuses(
      { [test]: "import { logger } from '../middleware/logger.ts'" },
      /core\/server may not import core\/middleware/,
    )
    refuses(
      { [test]: '', 'packages/core/src/server/wrong.ts': "import './serve.test.ts'" },
      /core\/server may not import .*: tests and suites are not published/,
    )
  })

  it('refuse an arrow between packages', () => {
    refuses(
      { 'packages/db/src/glue.ts': "import { createApp } from '@zzz/core'" },
      /db\/glue may not import @zzz\/core: it stands on nothing of ours/,
    )
  })

  it('refuse another package where only some folders may use it', () => {
    const protocol = "import { codec } from '@zzz/client/protocol'"
    assert.deepEqual(check({ 'packages/core/src/channel/channel.ts': protocol }), [])
    refuses({ 'packages/core/src/http/codec.ts': protocol }, /core\/http may not import @zzz\/client/)
  })

  it('refuse the inner path of another package, by name or by file', () => {
    refuses(
      { 'tests/inner.test.ts': "import '@zzz/core/src/http/request.ts'" },
      /tests may not import @zzz\/core\/src\/http\/request\.ts: @zzz\/core does not export/,
    )
    refuses(
      { 'tests/inner.test.ts': "import '../packages/core/src/http/request.ts'" },
      /tests may not import core\/http: this is the inner path of a package/,
    )
    refuses(
      { 'packages/jobs/src/queue.ts': "import '../../db/src/index.ts'" },
      /jobs\/queue may not import db\/index: this is the inner path of a package/,
    )
  })

  it('refuse to be imported from where nobody imports', () => {
    const files = { 'examples/a/src/main.ts': "import '../../b/src/main.ts'", 'examples/b/src/main.ts': '' }
    refuses(files, /examples\/a may not import examples\/b: nobody imports it/)
  })

  it('refuse the own public name inside a package', () => {
    refuses({ 'packages/core/src/app/self.ts': "import '@zzz/core/server'" }, /imported by their paths/)
  })

  it('refuse a stray index.ts', () => {
    refuses(
      { 'packages/core/src/http/index.ts': '' },
      /packages\/core\/src\/http\/index\.ts:1 {2}index\.ts may stand only/,
    )
  })

  it('refuse a folder and a package that the table does not know', () => {
    refuses(
      { 'packages/core/src/misc/a.ts': "import '../errors.ts'" },
      /core\/misc is missing from the table/,
    )
    refuses({ 'packages/misc/src/a.ts': "import 'node:fs'" }, /packages\/misc is missing from the table/)
  })

  it('refuse Node in the browser package, except in its tests', () => {
    refuses(
      { 'packages/client/src/socket.ts': "import 'node:net'" },
      /client\/socket may not import node:net: .*browser/,
    )
    assert.deepEqual(check({ 'packages/client/src/socket.test.ts': "import 'node:test'" }), [])
  })

  it('refuse a runtime import cycle and name the way around', () => {
    refuses(
      {
        'packages/core/src/http/a.ts': "import './b.ts'",
        'packages/core/src/http/b.ts': "\nimport './c.ts'",
        'packages/core/src/http/c.ts': "export { a } from './a.ts'",
      },
      /a\.ts:1 {2}import cycle: .*\/a\.ts → .*\/b\.ts → .*\/c\.ts → .*\/a\.ts$/,
    )
  })

  it('let types go around in a circle', () => {
    const files = {
      'packages/core/src/http/a.ts': "import type { B } from './b.ts'",
      'packages/core/src/http/b.ts': "import { a } from './a.ts'",
    }
    assert.deepEqual(check(files), [])
  })
})

describe('findImports', () => {
  const specifiers = (source: string) => findImports(source).map(({ specifier }) => specifier)

  it('reads every form', () => {
    const source = [
      "import a from 'a'",
      "import * as b from 'b'",
      "import c, { type C, d as e } from 'c'",
      'import {\n  f,\n} from "f"',
      "import 'g'",
      "export * from 'h'",
      "export * as i from 'i'",
      "export { j } from 'j' with { type: 'json' }",
      "const k = await import('k')",
    ].join('\n')
    assert.deepEqual(specifiers(source), ['a', 'b', 'c', 'f', 'g', 'h', 'i', 'j', 'k'])
  })

  it('knows what vanishes at run time', () => {
    const typeOnly = (source: string) => findImports(source)[0]?.typeOnly
    assert.equal(typeOnly("import type { A } from 'a'"), true)
    assert.equal(typeOnly("export type { A } from 'a'"), true)
    assert.equal(typeOnly("export type * from 'a'"), true)
    assert.equal(typeOnly("type A = typeof import('a')"), true)
    assert.equal(typeOnly("import { type A } from 'a'"), false)
    assert.equal(typeOnly("import type from 'a'"), false)
    assert.equal(typeOnly("import type, { a } from 'a'"), false)
  })

  it('gives the line of the specifier', () => {
    assert.deepEqual(findImports("/*\n\n*/ `\n`\nimport {\n  a,\n} from 'a'"), [
      { specifier: 'a', line: 7, typeOnly: false },
    ])
  })

  it('is fooled by no comment, string, template or regular expression', () => {
    const source = [
      "// import 'no'",
      "/* import 'no' */",
      'const a = "import \'no\'"',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is source text to scan
      "const b = `import 'no' ${`${'import'} 'no'`} import 'no'`",
      "const c = /import 'no'[/`]/.test(a) / 2 / 3",
      "const d = { import: 'no', export: 'no' }",
      "d.import('no')",
      'export const e = 1',
      'export { a }',
      "export type F = { from: 'no' }",
      "const from = 'no'",
      'import.meta.url',
      "import yes from 'yes'",
    ].join('\n')
    assert.deepEqual(specifiers(source), ['yes'])
  })

  it("sees code inside a template's slots", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is source text to scan
    assert.deepEqual(specifiers("`a ${{ b: await import('yes') }.b} import 'no'`"), ['yes'])
  })
})
