/**
 * What a query costs in this process: processor time, the contenders taking turns. SQLite is in memory; of PostgreSQL
 * it is the client's share alone.
 *
 * Options: `--rounds 15`, `--database sqlite|postgres`.
 */
import { parseArgs } from 'node:util'
import { circumstances, publish } from '../results.ts'
import { median, number, table } from '../table.ts'
import { type Contender, makeContenders } from './contenders.ts'
import { makePostgresContenders } from './postgres-contenders.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, database: { type: 'string', default: 'sqlite' } },
})
const rounds = Number(values.rounds)
const postgres = values.database === 'postgres'
/** A round trip to a server takes many times longer. */
const share = postgres ? 0.1 : 1

const tasks = [
  {
    title: 'One row by its key',
    calls: 20_000,
    run: (c: Contender) => c.one && ((i: number) => c.one?.((i % 1000) + 1)),
  },
  {
    title: '20 rows by a condition, in order',
    calls: 2000,
    run: (c: Contender) => c.twenty && ((i: number) => c.twenty?.(i % 50)),
  },
  {
    title: '100 users with 10 posts each',
    calls: 30,
    run: (c: Contender) => c.preload && (() => c.preload?.()),
  },
  {
    title: '10,000 rows inserted (and deleted) in a transaction',
    calls: 1,
    run: (c: Contender) => c.insert && (() => c.insert?.()),
  },
]

const { contenders, stop } = postgres
  ? await makePostgresContenders()
  : { contenders: await makeContenders(), stop: async () => {} }
const sections: string[] = []
for (const { title, calls, run } of tasks) {
  const racing = contenders.flatMap((contender) => {
    const task = run(contender)
    return task === undefined ? [] : [{ name: contender.name, task, costs: [] as number[] }]
  })
  for (let round = -2; round < rounds; round++) {
    for (const { task, costs } of racing) {
      const cost = await measure(task, Math.ceil(calls * share))
      // The first rounds let the compiler do its work.
      if (round >= 0) costs.push(cost)
    }
  }
  sections.push(`### ${title}\n\n${toTable(racing)}`)
}
await stop()
publish(
  postgres ? 'Queries on PostgreSQL' : 'Queries on SQLite',
  [
    circumstances(
      'npm run bench:db',
      `${postgres ? 'PostgreSQL over TCP on the same machine, one connection each' : 'SQLite in memory'}, ${rounds} rounds taking turns, median of the processor time${postgres ? ' of the client' : ''}`,
    ),
    ...sections,
  ].join('\n\n'),
  rounds >= 10,
)

/** Microseconds of processor time a call. */
async function measure(task: (i: number) => unknown, calls: number): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < calls; i++) {
    const result = task(i)
    if (result instanceof Promise || typeof (result as PromiseLike<unknown> | undefined)?.then === 'function')
      await result
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}

function toTable(racing: readonly { name: string; costs: number[] }[]): string {
  const [first] = racing
  const base = median(first?.costs ?? [])
  const rows = racing.map(({ name, costs }) => {
    const cost = median(costs)
    return [
      name,
      number(cost, cost < 100 ? 2 : 0),
      `${number(cost / base, 2)} ×`,
      `${number(Math.min(...costs), 2)} – ${number(Math.max(...costs), 2)}`,
    ]
  })
  return table(['contender', 'µs a call', 'of by hand', 'lowest – highest'], rows)
}
