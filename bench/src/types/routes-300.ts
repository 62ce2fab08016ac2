// How long TypeScript takes to check an application of 300 routes in nested scopes, all handlers inline. Fails at a second.
// Run: node --conditions=@zzz/source bench/src/types/routes-300.ts
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'

const limit = 1
const root = new URL('../../../', import.meta.url)
const folder = new URL(`.tmp/types-${process.pid}/`, root)

/** Ten areas of five teams of six routes: parameters of the pattern, of a scope, wildcards, middleware, names. */
function application(areas: number): string {
  const scopes = Array.from({ length: areas }, (_, i) => area(i)).join('\n')
  return `import { type Context, createApp, get, type Middleware, patch, post, scope } from '@zzz/core'
const step: Middleware = (_ctx, next) => next()
export const app = createApp({ routes: [\n${scopes}\n] })
app.url('area0.team0.item', { id: 1, team: 'red' })
// @ts-expect-error a parameter is missing
app.url('area0.team0.item', { id: 1 })
// @ts-expect-error no such name
app.url('area0.team0.nothing')
`
}

function area(index: number): string {
  const teams = Array.from({ length: 5 }, (_, i) => team(i)).join('\n')
  return `scope('/area${index}', { as: 'area${index}', use: [step] }, [\n${teams}\n]),`
}

function team(index: number): string {
  return `scope('/team${index}/:team', { as: 'team${index}' }, [
  get('/', { as: 'home' }, (ctx) => ctx.text(ctx.path)),
  get('/items', async (ctx) => ctx.json({ page: ctx.query.get('page') })),
  post('/items', { use: [step] }, async (ctx) => ctx.json(await ctx.request.json(), 201)),
  get('/items/:id', { as: 'item' }, (ctx: Context<{ team: string; id: string }>) => ctx.json(ctx.params)),
  patch('/items/:id/parts/:part', (ctx) => ctx.text(ctx.params.id + ctx.params.part)),
  get('/files/*rest', { as: 'files' }, (ctx) => ctx.text(ctx.params.rest)),
]),`
}

/** Type-checks an application and gives the seconds that the checker took, the core's own sources included. */
function check(areas: number): number {
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { incremental: false },
    include: ['app.ts'],
  }
  writeFileSync(new URL('tsconfig.json', folder), JSON.stringify(config))
  writeFileSync(new URL('app.ts', folder), application(areas))
  const tsc = new URL('node_modules/typescript/bin/tsc', root).pathname
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, '-p', '.', '--extendedDiagnostics'], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The application does not check:\n${stdout}${stderr}`)
  return Number(/Check time:\s+([\d.]+)s/.exec(stdout)?.[1])
}

mkdirSync(folder, { recursive: true })
try {
  const [small, large] = [check(1), check(10)]
  console.log(`30 routes ${small.toFixed(3)} s, 300 routes ${large.toFixed(3)} s of check time`)
  if (!(large < limit)) throw new Error(`300 routes have to check in less than ${limit} s`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
