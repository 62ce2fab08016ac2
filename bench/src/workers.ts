/**
 * What workers cost: requests per second of processor time of all the server's processes. And what they bring: the
 * throughput of a handler that takes a millisecond of processor time. Server and load share all cores, and take turns in
 * every round; the median round counts, and ratios are the medians of those within a round.
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

const scenarios = [
  { title: 'Requests on open connections', path: '/plaintext', close: false },
  { title: 'A connection for every request', path: '/plaintext', close: true },
  { title: 'A handler that takes a millisecond of processor time', path: '/burn', close: false },
] as const

const reference = '1 worker'
const contenders = [
  { name: 'one process', env: {} },
  { name: reference, env: { WORKERS: '1' } },
  { name: '2 workers', env: { WORKERS: '2' } },
] as const

interface Sample {
  /** Requests a second. */
  readonly rate: number
  /** Requests a second of processor time of all processes of the server. */
  readonly cpuRate: number
  /** Processor time of the server in a second. */
  readonly cores: number
}

const spins = String(stepsFor(1))
/** A contender as it runs for one scenario. */
interface Runner {
  readonly name: string
  readonly server: ServerProcess
  readonly samples: Sample[]
}

await using cleanup = new AsyncDisposableStack()
const runs: (readonly [(typeof scenarios)[number], Runner[]])[] = []
for (const scenario of scenarios) {
  const runners: Runner[] = []
  for (const { name, env } of contenders) {
    const environment = { ...env, BACKEND: values.backend, SPINS: spins }
    const contender = { name, server: 'workers', env: environment, everyCore: true }
    const server = cleanup.use(await ServerProcess.start(contender))
    await measure(server, scenario, 1)
    runners.push({ name, server, samples: [] })
  }
  runs.push([scenario, runners])
}
for (let round = 0; round < rounds; round++) {
  for (const [scenario, runners] of runs) {
    for (const { server, samples } of runners) samples.push(await measure(server, scenario, seconds))
  }
}

const settings =
  `${generator}, ${connections} connections, ${rounds} rounds of ${seconds} s, median; back end ${values.backend}; ` +
  'the load generator takes its time from the same cores'
const bounds =
  'Where a request costs little, the load generator is what takes the time: a second worker brings no further requests on ' +
  'two cores, and requests per CPU second show what it costs. Each new connection wakes every worker that is idle, and ' +
  'one gets it. The handler leaves the load generator next to nothing to do; two workers take what the cores have.'
publish(
  'Workers',
  [
    circumstances('npm run bench:workers --', settings),
    bounds,
    ...runs.map(([{ title }, runners]) => `### ${title}\n\n${resultTable(runners)}`),
  ].join('\n\n'),
  values.backend === 'zzz',
)

async function measure(
  server: ServerProcess,
  { path, close }: (typeof scenarios)[number],
  duration: number,
): Promise<Sample> {
  const before = await server.cpu()
  const options = { connections, seconds: duration, pipelined: 1, close, everyCore: true }
  const result = await load({ ...options, url: server.url + path })
  const cpuSeconds = ((await server.cpu()) - before) / 1e6
  return {
    rate: result.requests / result.seconds,
    cpuRate: result.requests / cpuSeconds,
    cores: cpuSeconds / result.seconds,
  }
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
      number(middle('cores'), 2),
    ]
  })
  const head = ['server', 'a second', `of ${reference}`, 'a CPU second', `of ${reference}`, 'cores taken']
  return table(head, rows)
}
