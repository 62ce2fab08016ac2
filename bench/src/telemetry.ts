/**
 * What it costs to be observed: processor time of one request through `app.handle`, without a server, with each observer
 * alone. Every variant has a process of its own; they take turns in every round, and the median round counts.
 *
 * Options: `--rounds 15`, `--requests 100000` (a round), `--only nobody` (those whose names contain it). A run
 * of a part prints without writing RESULTS.md.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { cores, pinned } from './cpu.ts'
import { type VariantName, variantNames } from './observers.ts'
import { circumstances, publish } from './results.ts'
import { median, number, table } from './table.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    requests: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
  },
})
const [rounds, requests] = [Number(values.rounds), Number(values.requests)] as [number, number]

/** One variant in a process of its own, which measures a round when it is told to. */
class Runner implements Disposable {
  readonly name: VariantName
  readonly nanoseconds: number[] = []
  readonly #child

  constructor(name: VariantName) {
    this.name = name
    const file = `${import.meta.dirname}/observed-process.ts`
    const [program, ...args] = pinned(cores.server, [
      process.execPath,
      '--conditions=@zzz/source',
      file,
      name,
    ])
    this.#child = fork(args.at(-2) as string, [name], {
      execPath: program,
      execArgv: args.slice(0, -2),
      env: { ...process.env, ZZZ_ENV: 'production' },
    })
  }

  /** Nanoseconds of processor time a request. */
  async round(): Promise<number> {
    this.#child.send(requests)
    const [nanoseconds] = await once(this.#child, 'message')
    return nanoseconds as number
  }

  [Symbol.dispose](): void {
    this.#child.disconnect()
  }
}

using runners = new DisposableStack()
const wanted = variantNames.filter((name) => name.includes(values.only))
const all = wanted.map((name) => runners.use(new Runner(name)))
for (const runner of all) for (let i = 0; i < 5; i++) await runner.round()
for (let round = 0; round < rounds; round++) {
  for (const runner of all) runner.nanoseconds.push(await runner.round())
}

const base = median(all[0]?.nanoseconds ?? [])
const rows = all.map(({ name, nanoseconds }) => [
  name,
  number(median(nanoseconds)),
  `${number(Math.min(...nanoseconds))} – ${number(Math.max(...nanoseconds))}`,
  number(median(nanoseconds) - base),
])
const settings = `${rounds} rounds of ${number(requests)} requests in turns, median; processor time, no server, one core`
publish(
  'Telemetry',
  [
    circumstances('npm run bench:telemetry --', settings),
    table(['GET of a text, observed by', 'ns/request', 'lowest – highest', 'more than nobody'], rows),
  ].join('\n\n'),
  wanted.length === variantNames.length,
)
