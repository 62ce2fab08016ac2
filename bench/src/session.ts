/**
 * Compares encrypted sessions in cookies: read by each request, and read and written; of one visitor, whose cookie a server
 * may remember, and of more visitors than it remembers. Requests per second of the server's processor time; servers take
 * turns in every round, and the median round counts.
 *
 * Options: `--rounds 5`, `--duration 4` (seconds a measurement), `--connections 64`. Needs wrk.
 */
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import manifest from '../package.json' with { type: 'json' }
import type { Contender } from './contenders.ts'
import { canPin } from './cpu.ts'
import { generator, load } from './load.ts'
import { circumstances, publish } from './results.ts'
import { ServerProcess } from './server-process.ts'
import { median, number, table } from './table.ts'

const { fastify, '@fastify/secure-session': secureSession } = manifest.dependencies
const reference = `Fastify ${fastify}, secure-session ${secureSession}`

const contenders: readonly Contender[] = [
  { name: 'zzz', server: 'session-zzz' },
  { name: 'zzz on node:http', server: 'session-zzz', env: { BACKEND: 'node' } },
  { name: reference, server: 'session-fastify' },
]

/** Visitors that take turns: more than zzz remembers the cookies of. */
const many = 5000

const scenarios = [
  { title: 'A session read, one visitor', path: '/read', visitors: 1 },
  { title: `A session read, ${number(many)} visitors in turn`, path: '/read', visitors: many },
  { title: 'A session read and written, one visitor', path: '/write', visitors: 1 },
  { title: `A session read and written, ${number(many)} visitors in turn`, path: '/write', visitors: many },
] as const
type Scenario = (typeof scenarios)[number]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    duration: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
  },
})
const [rounds, seconds, connections] = [values.rounds, values.duration, values.connections].map(Number) as [
  number,
  number,
  number,
]

interface Sample {
  readonly rate: number
  readonly cpuRate: number
}

interface Runner {
  readonly name: string
  readonly server: ServerProcess
  /** Cookies of sessions that have one visit each. */
  readonly cookies: readonly string[]
  readonly samples: readonly Sample[][]
}

await using cleanup = new AsyncDisposableStack()
const runners: Runner[] = []
for (const contender of contenders) {
  const server = cleanup.use(await ServerProcess.start(contender))
  const cookies = [await check(server)]
  while (cookies.length < many) cookies.push(await visit(server))
  const runner: Runner = { name: contender.name, server, cookies, samples: scenarios.map(() => []) }
  for (const scenario of scenarios) await measure(runner, scenario, 1)
  runners.push(runner)
}
for (let round = 0; round < rounds; round++) {
  for (const [index, scenario] of scenarios.entries()) {
    for (const runner of runners) runner.samples[index]?.push(await measure(runner, scenario, seconds))
  }
}

const sharing = canPin ? 'the server on one core, the load on another' : 'server and load share the cores'
const settings = `${generator}, ${connections} connections, ${rounds} rounds of ${seconds} s, median; ${sharing}`
publish(
  'Encrypted sessions',
  [
    circumstances('npm run bench:session --', settings),
    ...scenarios.map(({ title }, index) => `### ${title}\n\n${resultTable(index)}`),
  ].join('\n\n'),
  true,
)

/** Begins a session, and gives its cookie. */
async function visit({ url }: ServerProcess): Promise<string> {
  const response = await fetch(`${url}/write`)
  assert.deepEqual(await response.json(), { visits: 1 })
  return response.headers.getSetCookie()[0]?.split(';')[0] as string
}

/** Makes sure that it is a session: it counts, and its cookie hides what it holds. Gives a cookie. */
async function check(server: ServerProcess): Promise<string> {
  const cookie = await visit(server)
  for (const [path, visits] of [
    ['/read', 1],
    ['/write', 2],
  ] as const) {
    const response = await fetch(server.url + path, { headers: { cookie } })
    assert.deepEqual(await response.json(), { visits })
    assert.equal(response.headers.getSetCookie().length, path === '/write' ? 1 : 0)
  }
  assert.ok(!Buffer.from(cookie, 'base64url').includes('Ada'))
  return cookie
}

async function measure({ server, cookies }: Runner, scenario: Scenario, duration: number): Promise<Sample> {
  const before = await server.cpu()
  const result = await load({
    url: server.url + scenario.path,
    connections,
    seconds: duration,
    pipelined: 1,
    cookies: cookies.slice(0, scenario.visitors),
  })
  const cpuSeconds = ((await server.cpu()) - before) / 1e6
  return { rate: result.requests / result.seconds, cpuRate: result.requests / cpuSeconds }
}

function resultTable(scenario: number): string {
  const rows = runners.map(({ name, samples }) => {
    const list = samples[scenario] ?? []
    return {
      name,
      rate: median(list.map(({ rate }) => rate)),
      cpuRate: median(list.map(({ cpuRate }) => cpuRate)),
    }
  })
  const base = rows.find(({ name }) => name === reference)
  return table(
    ['server', 'a second', 'a CPU second', 'of secure-session'],
    rows.map(({ name, rate, cpuRate }) => [
      name,
      number(rate),
      number(cpuRate),
      `${number(cpuRate / (base?.cpuRate ?? Number.NaN), 2)} ×`,
    ]),
  )
}
