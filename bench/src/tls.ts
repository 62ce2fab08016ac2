/**
 * Compares servers over TLS: requests on connections that live on, and handshakes, a connection for every request; each
 * per second of the server's processor time. Servers take turns in every round; the median round counts.
 *
 * Options: `--rounds 5`, `--duration 4` (seconds a measurement), `--connections 64`. Needs wrk.
 */
import { parseArgs } from 'node:util'
import type { Contender } from './contenders.ts'
import { canPin } from './cpu.ts'
import { generator, load } from './load.ts'
import { circumstances, publish } from './results.ts'
import { ServerProcess } from './server-process.ts'
import { median, number, table } from './table.ts'

const reference = 'node:https'

const contenders: readonly Contender[] = [
  { name: 'zzz', server: 'zzz', env: { TLS: '1' } },
  { name: 'zzz on node:https', server: 'zzz', env: { TLS: '1', BACKEND: 'node' } },
  { name: reference, server: 'bare-node', env: { TLS: '1' } },
]

const scenarios = [
  { title: 'Requests on open connections', path: '/plaintext', close: false },
  { title: 'Handshakes: a connection for every request', path: '/plaintext', close: true },
] as const

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

await using cleanup = new AsyncDisposableStack()
const runners: { name: string; server: ServerProcess; samples: Sample[][] }[] = []
for (const contender of contenders) {
  const server = cleanup.use(await ServerProcess.start(contender))
  for (const scenario of scenarios) await measure(server, scenario, 1)
  runners.push({ name: contender.name, server, samples: scenarios.map(() => []) })
}
for (let round = 0; round < rounds; round++) {
  for (const [index, scenario] of scenarios.entries()) {
    for (const { server, samples } of runners) samples[index]?.push(await measure(server, scenario, seconds))
  }
}

const sharing = canPin ? 'the server on one core, the load on another' : 'server and load share the cores'
const settings = `${generator}, ${connections} connections, ${rounds} rounds of ${seconds} s, median; TLS 1.3, P-256; ${sharing}`
publish(
  'TLS',
  [
    circumstances('npm run bench:tls --', settings),
    ...scenarios.map(({ title }, index) => `### ${title}\n\n${resultTable(index)}`),
  ].join('\n\n'),
  true,
)

async function measure(
  server: ServerProcess,
  { path, close }: (typeof scenarios)[number],
  duration: number,
): Promise<Sample> {
  const before = await server.cpu()
  const result = await load({ url: server.url + path, connections, seconds: duration, pipelined: 1, close })
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
    ['server', 'a second', 'a CPU second', `of ${reference}`],
    rows.map(({ name, rate, cpuRate }) => [
      name,
      number(rate),
      number(cpuRate),
      `${number(cpuRate / (base?.cpuRate ?? Number.NaN), 2)} ×`,
    ]),
  )
}
