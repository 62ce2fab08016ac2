import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { describeDatabases } from '../internal/databases.suite.ts'
import { count } from '../query/functions.ts'
import { from } from '../query/query.ts'
import { Half, halvesRepo, halvesTable, writePair } from './crash-writer.suite.ts'

type HalvesRepo = ReturnType<typeof halvesRepo>

/** The pairs that are there, none of them half. */
async function wholePairs(repo: HalvesRepo): Promise<Set<number>> {
  const groups = from(Half)
    .groupBy((h) => h.pair)
    .select((h) => ({ pair: h.pair, halves: count() }))
  const found = await repo.all(groups)
  assert(
    found.every(({ halves }) => halves === 2),
    'a transaction is there by half',
  )
  return new Set(found.map(({ pair }) => pair))
}

/** What was acknowledged is there; of the rest at most so many, whose answer was under way. */
function checkPairs(there: Set<number>, acknowledged: readonly number[], underWay: number): void {
  for (const pair of acknowledged) assert(there.has(pair), `pair ${pair} is lost`)
  assert(there.size <= acknowledged.length + underWay)
}

describeDatabases('a process killed while it writes', (database) => {
  const skip = database.name === 'sqlite memory' && 'it dies with its process'

  it('leaves all that it was told is committed, and nothing by half', { skip }, async () => {
    const url = await database.create()
    const repo = halvesRepo(url)
    await repo.rawExec({ sql: halvesTable(database.dialect), parameters: [] })
    for (let round = 0; round < 3; round++) {
      const acknowledged = await writeAndKill(url, 20 + round * 7)
      checkPairs(await wholePairs(repo), acknowledged, 1)
      // The dead one holds nothing up.
      await writePair(repo, 1_000_000)
      await repo.deleteAll(from(Half))
    }
    await repo.stop()
  })
})

/** Runs the writer until it has said so many, and kills it; gives all that it said. */
async function writeAndKill(url: string, enough: number): Promise<number[]> {
  const writer = join(import.meta.dirname, 'crash-writer.suite.ts')
  const child = spawn(process.execPath, [...process.execArgv, writer, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: number[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(Number(line))
    if (said.length === enough) child.kill('SIGKILL')
  }
  assert(said.length >= enough, 'the writer ended by itself')
  return said
}

const tools = globSync('/usr/lib/postgresql/*/bin').sort().at(-1)
const missing = tools === undefined && 'no initdb in /usr/lib/postgresql/*/bin'
if (missing !== false) console.warn(`SKIPPED: ${missing}`)

describe('a PostgreSQL server that goes away', { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'zzz-postgres-'))
  const data = join(folder, 'data')
  let url = ''

  /** Runs a tool of PostgreSQL, which refuses to be root. */
  function run(tool: string, ...options: string[]): void {
    const command = [join(tools as string, tool), '-D', data, ...options]
    const root = process.getuid?.() === 0
    const [file, ...parameters] = root ? ['runuser', '-u', 'postgres', '--', ...command] : command
    // A server keeps the pipes of who started it open, so it gets none.
    const { status } = spawnSync(file as string, parameters, { stdio: 'ignore', cwd: folder })
    assert.equal(status, 0, `${tool} ${options.join(' ')}`)
  }

  const start = () => run('pg_ctl', '-w', '-l', join(folder, 'log'), 'start')
  const crash = () => run('pg_ctl', '-w', '-m', 'immediate', 'stop')

  before(async () => {
    if (process.getuid?.() === 0) chownSync(folder, idOf('-u'), idOf('-g'))
    const port = await freePort()
    run('initdb', '-A', 'trust', '-N', '-U', 'postgres')
    const settings = `\nport = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '${folder}'\n`
    appendFileSync(join(data, 'postgresql.conf'), settings)
    url = `postgres://postgres@127.0.0.1:${port}/postgres`
  })
  after(() => {
    if (existsSync(join(data, 'postmaster.pid'))) crash()
    rmSync(folder, { recursive: true })
  })

  it('is found again when it is back, with all that was acknowledged', async () => {
    start()
    const repo = halvesRepo(url)
    await repo.rawExec({ sql: halvesTable('postgres'), parameters: [] })
    const acknowledged: number[] = []
    const failed: string[] = []
    let running = true
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let i = 0; running; i++) {
        const pair = i * 4 + writer
        try {
          await writePair(repo, pair)
          acknowledged.push(pair)
        } catch (error) {
          failed.push((error as { code: string }).code)
        }
      }
    })
    await until(() => acknowledged.length >= 40)
    crash()
    const before = acknowledged.length
    await until(() => failed.length >= 1)
    // Nobody is there: who asks now waits, and the pool tries again with growing pauses.
    const waiting = repo.count(from(Half))
    start()
    assert((await waiting) >= 80)
    await until(() => acknowledged.length >= before + 40)
    running = false
    await Promise.all(writers)
    for (const code of failed) assert.match(code, /^ZZZ_DB_(?:UNAVAILABLE|COMMIT_UNKNOWN)$/)
    assert(failed.length <= 8, `${failed.length} writes failed; those that came later should have waited`)
    checkPairs(await wholePairs(repo), acknowledged, failed.length)
    await repo.stop()
  })
})

const idOf = (option: string) => Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout)

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}
