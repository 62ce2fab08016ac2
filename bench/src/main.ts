/**
 * Compares HTTP servers: requests per second, and per second of the server's processor time, which load on the machine
 * disturbs less. Servers take turns in every round, so that a slow minute hits all of them; the median round counts.
 *
 * Options: `--rounds 5`, `--duration 5` (seconds a measurement), `--connections 64`, `--only zzz,fastify` (contenders
 * whose names contain one of these, and the reference), `--scenario static` (scenarios whose titles contain this). A
 * run of a part prints without writing RESULTS.md.
 */
import { parseArgs } from 'node:util'
import { type Contender, contenders, reference, scenariosOf } from './contenders.ts'
import { canPin } from './cpu.ts'
import { prepareFiles } from './files.ts'
import { generator, load } from './load.ts'
import { circumstances, publish } from './results.ts'
import { type Scenario, scenarios, verify } from './scenarios.ts'
import { ServerProcess } from './server-process.ts'
import { median, number, table } from './table.ts'

/** One round of one server in one scenario. */
interface Sample {
  /** Requests a second. */
  readonly rate: number
  /** Requests a second of the server's processor time. */
  readonly cpuRate: number
}

/** A contender that runs, with its samples by scenario. */
interface Runner {
  readonly name: string
  readonly server: ServerProcess
  readonly samples: Map<Scenario, Sample[]>
}

const settings = readSettings()
prepareFiles()
await using cleanup = new AsyncDisposableStack()
const runners: Runner[] = []
for (const contender of settings.contenders) {
  const server = cleanup.use(await ServerProcess.start(contender))
  const taken = scenariosOf(contender).filter((one) => settings.scenarios.includes(one))
  runners.push({ name: contender.name, server, samples: new Map(taken.map((one) => [one, []])) })
}

for (const scenario of settings.scenarios) {
  for (const { name, server } of runnersOf(scenario)) {
    progress(`warming up ${name}: ${scenario.title}`)
    await verify(server.url, scenario)
    await measure(server, scenario, Math.min(2, settings.duration))
  }
}
for (let round = 1; round <= settings.rounds; round++) {
  for (const scenario of settings.scenarios) {
    for (const { name, server, samples } of runnersOf(scenario)) {
      progress(`round ${round} of ${settings.rounds}, ${name}: ${scenario.title}`)
      samples.get(scenario)?.push(await measure(server, scenario, settings.duration))
    }
  }
}
progress('')

const { rounds, duration, connections } = settings
const sharing = canPin ? 'the server on one core, the load on another' : 'server and load share the cores'
publish(
  'Throughput',
  [
    circumstances(
      'npm run bench --',
      `${generator}, ${connections} connections, ${rounds} rounds of ${duration} s, median; loopback, one process a server; ${sharing}`,
    ),
    ...settings.scenarios.map((scenario) => `### ${scenario.title}\n\n${resultTable(scenario)}`),
  ].join('\n\n'),
  settings.contenders.length === contenders.length && settings.scenarios.length === scenarios.length,
)

/** Those that take part in a scenario. */
function runnersOf(scenario: Scenario): Runner[] {
  return runners.filter(({ samples }) => samples.has(scenario))
}

async function measure(server: ServerProcess, scenario: Scenario, seconds: number): Promise<Sample> {
  const { path, pipelined } = scenario
  const before = await server.cpu()
  const result = await load({ url: server.url + path, connections: settings.connections, seconds, pipelined })
  const cpuSeconds = ((await server.cpu()) - before) / 1e6
  return { rate: result.requests / result.seconds, cpuRate: result.requests / cpuSeconds }
}

function resultTable(scenario: Scenario): string {
  const numbers = runnersOf(scenario).map(({ name, samples }) => {
    const list = samples.get(scenario) ?? []
    const rates = list.map(({ rate }) => rate)
    return { name, rates, rate: median(rates), cpuRate: median(list.map(({ cpuRate }) => cpuRate)) }
  })
  const base = numbers.find(({ name }) => name === reference)
  const ratio = (value: number, of = Number.NaN) => `${number(value / of, 2)} ×`
  return table(
    ['server', 'requests/s', `of ${reference}`, 'lowest – highest', 'requests/CPU s', `of ${reference}`],
    numbers.map(({ name, rates, rate, cpuRate }) => [
      name,
      number(rate),
      ratio(rate, base?.rate),
      `${number(Math.min(...rates))} – ${number(Math.max(...rates))}`,
      number(cpuRate),
      ratio(cpuRate, base?.cpuRate),
    ]),
  )
}

interface Settings {
  readonly rounds: number
  readonly duration: number
  readonly connections: number
  readonly contenders: readonly Contender[]
  readonly scenarios: readonly Scenario[]
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      duration: { type: 'string', default: '5' },
      connections: { type: 'string', default: '64' },
      only: { type: 'string', default: '' },
      scenario: { type: 'string', default: '' },
    },
  })
  const parts = values.only.toLowerCase().split(',')
  const isWanted = ({ name }: Contender) =>
    name === reference || parts.some((part) => name.toLowerCase().includes(part))
  return {
    rounds: toCount('rounds', values.rounds),
    duration: toCount('duration', values.duration),
    connections: toCount('connections', values.connections),
    contenders: contenders.filter(isWanted),
    scenarios: scenarios.filter(({ title }) => title.includes(values.scenario)),
  }
}

function toCount(option: string, text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`--${option} must be a positive integer, not ${text}`)
  return count
}

/** Rewrites one line of a terminal; says nothing in a log. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}
