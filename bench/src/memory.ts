/**
 * Measures what an idle keep-alive connection costs a server in memory, after one request each.
 *
 * Options: `--connections 10000`.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contender, contenders } from './contenders.ts'
import { circumstances, publish } from './results.ts'
import { ServerProcess } from './server-process.ts'
import { number, table } from './table.ts'

/** Bytes that one connection adds. */
interface Cost {
  readonly rss: number
  readonly heap: number
}

const { values } = parseArgs({ options: { connections: { type: 'string', default: '10000' } } })
const connections = Number(values.connections)
const measured = contenders.filter(({ server }) => server === 'zzz' || server === 'bare-node')

const rows: string[][] = []
for (const contender of measured) {
  const { rss, heap } = await measure(contender)
  rows.push([contender.name, number(rss), number(heap)])
}
publish(
  'Memory of idle connections',
  [
    circumstances(
      'npm run bench:memory --',
      `${number(connections)} connections, one request on each, then idle`,
    ),
    table(['server', 'RSS bytes/connection', 'heap bytes/connection'], rows),
  ].join('\n\n'),
  true,
)

async function measure(contender: Contender): Promise<Cost> {
  await using server = await ServerProcess.start(contender, ['--expose-gc'])
  // What the first connections cost once (compiled code, pools) is no cost of a connection.
  await withIdleConnections(server.port, Math.min(500, connections), () => Promise.resolve())
  const before = await server.memory()
  const after = await withIdleConnections(server.port, connections, () => server.memory())
  return {
    rss: (after.rss - before.rss) / connections,
    heap: (after.heap - before.heap) / connections,
  }
}

/** Runs `work` while a process of its own holds idle connections open. */
async function withIdleConnections<T>(port: number, count: number, work: () => Promise<T>): Promise<T> {
  const client = fork(join(import.meta.dirname, 'idle-connections.ts'), [String(port), String(count)])
  const exited = once(client, 'exit')
  const first = await Promise.race([once(client, 'message'), exited])
  if (first[0] !== 'open')
    throw new Error('The connections could not be opened; is the limit of open files too low?')
  const result = await work()
  if (client.connected) client.disconnect()
  const [code] = await exited
  if (code !== 0) throw new Error('Connections were lost while they were idle')
  return result
}
