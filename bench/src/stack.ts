/**
 * Compares frameworks with what a typical JSON API does for each request: an id, CORS, security headers, a JSON body, a
 * bearer JWT (HS256) whose key was read once. Requests per second, and per second of the server's processor time. Servers
 * take turns in every round; the median round counts.
 *
 * Options: `--rounds 5`, `--duration 5` (seconds a measurement), `--connections 64`, `--only zzz,fastify`. A run of a part
 * prints without writing RESULTS.md.
 */
import { parseArgs } from 'node:util'
import { canPin } from './cpu.ts'
import { generator, load } from './load.ts'
import { circumstances, publish } from './results.ts'
import { ServerProcess } from './server-process.ts'
import { stackContenders, verifyStack } from './stack-contenders.ts'
import { request } from './stack-request.ts'
import { median, number, table } from './table.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    duration: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    only: { type: 'string', default: '' },
  },
})
const [rounds, seconds, connections] = [values.rounds, values.duration, values.connections].map(Number) as [
  number,
  number,
  number,
]
const parts = values.only.toLowerCase().split(',')
const contenders = stackContenders.filter(({ name }) =>
  parts.some((part) => name.toLowerCase().includes(part)),
)

interface Sample {
  readonly rate: number
  readonly cpuRate: number
}

await using cleanup = new AsyncDisposableStack()
const runners: { name: string; server: ServerProcess; samples: Sample[] }[] = []
for (const contender of contenders) {
  const server = cleanup.use(await ServerProcess.start(contender))
  await verifyStack(server.url)
  await measure(server, Math.min(2, seconds))
  runners.push({ name: contender.name, server, samples: [] })
}
for (let round = 0; round < rounds; round++) {
  for (const { server, samples } of runners) samples.push(await measure(server, seconds))
}

const sharing = canPin ? 'the server on one core, the load on another' : 'server and load share the cores'
const settings = `${generator}, ${connections} connections, ${rounds} rounds of ${seconds} s, median; loopback, one process a server; ${sharing}`
publish(
  'A typical JSON API',
  [
    circumstances('npm run bench:stack --', settings),
    '`POST /items` with a JSON body, request id, CORS, security headers, and a bearer JWT (HS256).',
    resultTable(),
  ].join('\n\n'),
  contenders.length === stackContenders.length,
)

async function measure(server: ServerProcess, duration: number): Promise<Sample> {
  const { path, headers, body } = request
  const before = await server.cpu()
  const result = await load({
    url: server.url + path,
    connections,
    seconds: duration,
    pipelined: 1,
    headers,
    body,
  })
  const cpuSeconds = ((await server.cpu()) - before) / 1e6
  return { rate: result.requests / result.seconds, cpuRate: result.requests / cpuSeconds }
}

function resultTable(): string {
  const rows = runners.map(({ name, samples }) => ({
    name,
    rate: median(samples.map(({ rate }) => rate)),
    cpuRates: samples.map(({ cpuRate }) => cpuRate),
    cpuRate: median(samples.map(({ cpuRate }) => cpuRate)),
  }))
  const base = rows[0]?.cpuRate ?? Number.NaN
  return table(
    ['server', 'requests/s', 'requests/CPU s', 'lowest – highest', `${rows[0]?.name} is`],
    rows.map(({ name, rate, cpuRate, cpuRates }) => [
      name,
      number(rate),
      number(cpuRate),
      `${number(Math.min(...cpuRates))} – ${number(Math.max(...cpuRates))}`,
      `${number(base / cpuRate, 2)} ×`,
    ]),
  )
}
