import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'

/**
 * What users get: the packages built, packed, and installed from their tarballs into an empty folder. Our names are never
 * looked up in a registry, because all tarballs are installed by one command.
 */

const root = resolve(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')

interface Manifest {
  readonly private?: boolean
  readonly name: string
  readonly devDependencies: Readonly<Record<string, string>>
}

/** What `npm pack --json` tells about a tarball. */
interface Tarball {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

const readManifest = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), 'utf8'))
const publishable = globSync('packages/*/package.json', { cwd: root })
  .filter((path) => readManifest(path).private !== true)
  .map(dirname)
  .sort()

/**
 * Runs a program, the pinned tools first on PATH and without what npm and Node tell their children, save whom to trust, and
 * gives what it printed.
 */
async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|NODE_(?!EXTRA_CA_CERTS$))/.test(name),
  )
  const env = { ...Object.fromEntries(inherited), PATH: `${bin}${delimiter}${process.env.PATH}` }
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, timeout: 120_000 })
    return stdout
  } catch (error) {
    const { message, stdout } = error as { message: string; stdout?: string }
    throw new Error(`${message}\n${stdout}`, { cause: error })
  }
}

const helloWorld = `
import { createApp, get } from '@zzz/core'
import { serve } from '@zzz/core/server'

const app = createApp({ routes: [get('/', (ctx) => ctx.text('hello'))] })
const server = await serve(app, { port: 0 })
const response = await fetch(server.address.url)
console.log(response.status, await response.text())
await server.close()
`

const htmxScript = `
import { createApp } from '@zzz/core'
import { htmx } from '@zzz/core/middleware'

const response = await createApp({ use: [htmx()], routes: [] }).fetch('/__zzz/htmx.js')
console.log(response.status, /version:"([\\d.]+)"/.exec(await response.text())?.[1])
`

const typedConsumer = `
import { assign, type Context, createApp, errorCodes, get, HttpError, type Middleware } from '@zzz/core'
import * as middleware from '@zzz/core/middleware'
import { type Server, serve } from '@zzz/core/server'

const user = assign<{ name: string }>('user')
const load: Middleware = async (ctx, next) => {
  ctx.set(user, { name: 'Ada' })
  return next()
}
const show = (ctx: Context<{ id: string }>) => {
  if (ctx.params.id === '0') throw new HttpError(404, 'Nobody')
  return ctx.json({ id: ctx.params.id, name: ctx.get(user).name })
}
export const app = createApp({
  use: [load],
  routes: [get('/users/:id', show), get('/teams/:team', (ctx) => ctx.text(ctx.params.team))],
})
export const server: Promise<Server> = serve(app, { port: 0 })
export const codes: Readonly<Record<string, number>> = errorCodes
export const names: string[] = Object.keys(middleware)

// @ts-expect-error the declarations know the parameters of a pattern
export const wrong = get('/teams/:team', (ctx) => ctx.text(ctx.params.name))
`

const sessionsConsumer = `
import { createApp, get } from '@zzz/core'
import { session, sessionKey, sessionValue } from '@zzz/core/middleware'
import { createRepo } from '@zzz/db'
import { migrate } from '@zzz/db/migration'
import { databaseSessions } from '@zzz/db/session'

const repo = createRepo({ url: 'sqlite::memory:', schemas: [] })
const name = sessionValue<string>('name')
const app = createApp({
  services: [repo],
  use: [session({ store: databaseSessions(repo) })],
  routes: [
    get('/', (ctx) => {
      const current = ctx.get(sessionKey)
      const before = current.get(name)
      current.set(name, 'Ada')
      return ctx.text(before ?? 'nobody')
    }),
  ],
})
await migrate(repo, { folder: 'migrations' })
const first = await app.fetch('/')
const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] as string
console.log(await first.text(), await (await app.fetch('/', { headers: { cookie } })).text())
await repo.stop()

// @ts-expect-error a store of sessions is no cache
export const wrong = () => session({ store: { get: () => undefined } })
`

const sessionsMigration = `
import { createSessionTable } from '@zzz/db/session'

export const change = createSessionTable()
`

const viewsConsumer = `
import { views } from './views.gen.ts'

console.log(views.hello.render({ name: '<Ada>' }))

// @ts-expect-error the template reads a name
export const wrong = () => views.hello.render({ nam: 'Ada' })
`

const consumerConfig = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ['node'],
  },
  include: ['consumer.ts'],
}

describe('the packed packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zzz-packed-'))
  const app = join(folder, 'app')
  const tarballs: Tarball[] = []

  before(async () => {
    await run('node', ['scripts/build.ts'], root)
    for (const path of publishable) {
      const output = await run('npm', ['pack', '--json', '--pack-destination', folder, `./${path}`], root)
      tarballs.push(...toList(JSON.parse(output)))
    }
  })
  after(() => rmSync(folder, { recursive: true }))

  it('contain what runs, its declarations and maps, and nothing else', () => {
    const allowed = /^(?:dist\/.+\.(?:js|d\.ts)(?:\.map)?|README\.md|LICENSE|package\.json)$/
    const refused = /\.(?:test|suite|test-d)\.|tsbuildinfo/
    assert.equal(tarballs.length, publishable.length)
    for (const { name, files } of tarballs) {
      const paths = files.map(({ path }) => path)
      assert.deepEqual(
        paths.filter((path) => !allowed.test(path) || refused.test(path)),
        [],
        name,
      )
      for (const needed of ['README.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts']) {
        assert.ok(paths.includes(needed), `${name} has no ${needed}`)
      }
    }
  })

  it('are installed together by one command', async () => {
    mkdirSync(app)
    writeFileSync(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    const types = `@types/node@${readManifest('package.json').devDependencies['@types/node']}`
    await run(
      'npm',
      ['install', ...options, ...tarballs.map(({ filename }) => join(folder, filename)), types],
      app,
    )
  })

  it('serve a hello world and let the process exit', async () => {
    writeFileSync(join(app, 'hello.js'), helloWorld)
    assert.equal(await run(process.execPath, ['hello.js'], app), '200 hello\n')
  })

  it('generate and build views that type-check and render', async () => {
    mkdirSync(join(app, 'views'))
    writeFileSync(join(app, 'views/hello.html.zzz'), '<p>Hello {{name | upper}}</p>')
    writeFileSync(join(app, 'page.ts'), viewsConsumer)
    for (const make of ['generateViews', 'buildViews']) {
      const code = `import { ${make} } from '@zzz/core/template/build'\nawait ${make}({ root: 'views' })`
      writeFileSync(join(app, 'views.js'), code)
      await run(process.execPath, ['views.js'], app)
      assert.equal(await run(process.execPath, ['page.ts'], app), '<p>Hello &lt;ADA&gt;</p>\n')
      writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ ...consumerConfig, include: ['page.ts'] }))
      await run('tsc', ['-p', '.'], app)
    }
  })

  it('keep sessions in a database', async () => {
    mkdirSync(join(app, 'migrations'))
    writeFileSync(join(app, 'migrations/20261124090000_create_sessions.js'), sessionsMigration)
    writeFileSync(join(app, 'sessions.ts'), sessionsConsumer)
    assert.equal(await run(process.execPath, ['sessions.ts'], app), 'nobody Ada\n')
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ ...consumerConfig, include: ['sessions.ts'] }))
    await run('tsc', ['-p', '.'], app)
  })

  it('serve htmx, which nobody has to install', async () => {
    writeFileSync(join(app, 'htmx.js'), htmxScript)
    const { 'htmx.org': version } = readManifest('package.json').devDependencies
    assert.equal(await run(process.execPath, ['htmx.js'], app), `200 ${version}\n`)
  })

  it('have declarations that a strict application type-checks against', async () => {
    writeFileSync(join(app, 'consumer.ts'), typedConsumer)
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify(consumerConfig))
    await run('tsc', ['-p', '.'], app)
  })
})

/** npm prints a list of tarballs, or, since version 12, an object of them. */
function toList(output: readonly Tarball[] | Readonly<Record<string, Tarball>>): readonly Tarball[] {
  return Object.values(output)
}
