/**
 * What workers cost: requests per second of processor time of all the server's processes. And what they bring: the
 * throughput of a handler that takes a millisecond of processor time. Contenders take turns in every round; the median
 * round counts, and ratios are the medians of those within a round.
 *
 * Options: `--rounds 7`, `--duration 3` (seconds a measurement), `--connections 64`, `--backend zzz`. Needs Linux and wrk.
 */
import { parseArgs } from 'node:util'
import { generator, load } from './load.ts'
import { circumstances, publish } from './results.ts'
import { ServerProcess } from './server-process.ts'
import { stepsFor } from './spin.ts'
import { median, number, table } from './table.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    duration: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    backend: { type: 'string', default: 'zzz' },
  },
})
const [rounds, seconds, connections] = [values.rounds, values.duration, values.connections].map(Number) as [
  number,
  number,
  number,
]

interface Scenario {
  readonly title: string
  readonly path: string
  readonly close: boolean
  /** The server runs on one core and the load on another; otherwise both run on all of them. */
  readonly apart: boolean
}

const open = { title: 'Requests on open connections', path: '/plaintext', close: false }
const close = { title: 'A connection for every request', path: '/plaintext', close: true }
const burn = {
  title: 'A handler that takes a millisecond of processor time',
  path: '/burn',
  close: false,
  apart: false,
}
const scenarios: readonly Scenario[] = [
  ...[open, close].map((scenario) => ({ ...scenario, apart: true })),
  ...[open, close].map((scenario) => ({ ...scenario, apart: false })),
  burn,
]

interface Contender {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  /** Processes that answer. */
  readonly processes: number
  /** How many times the server is started, each time on a port of its own. */
  readonly programs: number
}

const reference = '1 worker'
const contenders: readonly Contender[] = [
  { name: 'one process', env: {}, processes: 1, programs: 1 },
  { name: reference, env: { WORKERS: '1' }, processes: 1, programs: 1 },
  { name: '2 workers', env: { WORKERS: '2' }, processes: 2, programs: 1 },
  { name: '2 programs', env: {}, processes: 2, programs: 2 },
]

interface Sample {
  /** Requests a second. */
  readonly rate: number
  /** Requests a second of processor time of all processes of the server. */
  readonly cpuRate: number
  /** Requests answered in one turn of an event loop. */
  readonly batch: number
  /** Processor time of the server in a second. */
  readonly cores: number
}

/** A contender as it runs for one scenario. */
interface Runner {
  readonly name: string
  readonly servers: readonly ServerProcess[]
  readonly samples: Sample[]
}

const spins = String(stepsFor(1))

await using cleanup = new AsyncDisposableStack()
const runs: (readonly [Scenario, Runner[]])[] = []
for (const scenario of scenarios) {
  const runners: Runner[] = []
  for (const contender of contenders) {
    // One load generator has one address, so programs take part only where there are two.
    if (contender.programs === 1 || scenario.apart) runners.push(await start(contender, scenario))
  }
  runs.push([scenario, runners])
}
for (let round = 0; round < rounds; round++) {
  for (const [scenario, runners] of runs) {
    for (const { servers, samples } of runners) samples.push(await measure(servers, scenario, seconds))
  }
}

const settings =
  `${generator}, ${connections} connections, ${rounds} rounds of ${seconds} s, median; back end ${values.backend}; ` +
  '2 programs are two servers that share nothing, on a port each'
const bounds = [
  'Two processes answer fewer requests in a turn of their event loops than one that has all connections, and a turn has ' +
    'its price however much it answers. 2 programs pay that too; what 2 workers take beyond them is what workers cost: ' +
    'they share one listening socket, and a new connection wakes every worker that is idle, of which one gets it.',
  'Where the server and the load generator run on the same cores, the load generator takes most of their time and ' +
    'interrupts the workers, which then answer even less in a turn; a second worker brings no further requests there, ' +
    'unless the handler is what takes the time.',
]
publish(
  'Workers',
  [
    circumstances('npm run bench:workers --', settings),
    ...bounds,
    ...runs.map(([scenario, runners]) => `### ${headline(scenario)}\n\n${resultTable(runners)}`),
  ].join('\n\n'),
  values.backend === 'zzz',
)

/** Starts a contender, and gives each of its processes as many requests to warm up as one alone gets. */
async function start({ name, env, processes, programs }: Contender, scenario: Scenario): Promise<Runner> {
  const environment = { ...env, BACKEND: values.backend, SPINS: spins }
  const servers: ServerProcess[] = []
  for (let program = 0; program < programs; program++) {
    const contender = { name, server: 'workers', env: environment, everyCore: !scenario.apart }
    servers.push(cleanup.use(await ServerProcess.start(contender)))
  }
  await measure(servers, scenario, seconds * processes)
  return { name, servers, samples: [] }
}

async function measure(
  servers: readonly ServerProcess[],
  scenario: Scenario,
  duration: number,
): Promise<Sample> {
  const before = await usage(servers)
  const requests = await answered(servers, scenario, duration)
  const after = await usage(servers)
  const cpuSeconds = (after.cpu - before.cpu) / 1e6
  return {
    rate: requests / duration,
    cpuRate: requests / cpuSeconds,
    batch: requests / (after.turns - before.turns),
    cores: cpuSeconds / duration,
  }
}

/** Loads the servers; where load and server are apart, from two load generators with half of the connections each. */
async function answered(
  servers: readonly ServerProcess[],
  { path, close, apart }: Scenario,
  duration: number,
): Promise<number> {
  const generators = apart ? 2 : 1
  const loads = Array.from({ length: generators }, (_, index) =>
    load({
      url: `${servers[index % servers.length]?.url}${path}`,
      connections: connections / generators,
      seconds: duration,
      pipelined: 1,
      close,
      everyCore: !apart,
    }),
  )
  return (await Promise.all(loads)).reduce((sum, { requests }) => sum + requests, 0)
}

async function usage(servers: readonly ServerProcess[]): Promise<{ cpu: number; turns: number }> {
  const all = await Promise.all(servers.map((server) => server.usage()))
  const sum = (key: 'cpu' | 'turns'): number => all.reduce((total, one) => total + one[key], 0)
  return { cpu: sum('cpu'), turns: sum('turns') }
}

function headline({ title, apart }: Scenario): string {
  return apart ? `${title}, the server on one core and the load on another` : title
}

function resultTable(runners: readonly Runner[]): string {
  const base = runners.find(({ name }) => name === reference)?.samples ?? []
  const rows = runners.map(({ name, samples: list }) => {
    const ratio = (key: 'rate' | 'cpuRate'): string =>
      `${number(median(list.map((sample, round) => sample[key] / (base[round]?.[key] ?? Number.NaN))), 2)} ×`
    const middle = (key: keyof Sample): number => median(list.map((sample) => sample[key]))
    return [
      name,
      number(middle('rate')),
      ratio('rate'),
      number(middle('cpuRate')),
      ratio('cpuRate'),
      number(middle('batch'), 1),
      number(middle('cores'), 2),
    ]
  })
  const head = [
    'server',
    'a second',
    `of ${reference}`,
    'a CPU second',
    `of ${reference}`,
    'a turn of the loop',
    'cores taken',
  ]
  return table(head, rows)
}
