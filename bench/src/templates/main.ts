/**
 * Compares template engines: microseconds of processor time a rendering of a table of 100 rows and of a typical page, everything compiled
 * before. Engines take turns in every round, so that a slow minute hits all of them. Also compiles 300 templates.
 *
 * Options: `--rounds 40`, `--duration 150` (milliseconds a measurement).
 */
import { parseArgs } from 'node:util'
import { circumstances, publish } from '../results.ts'
import { median, number, table } from '../table.ts'
import { compileTime } from './compile-time.ts'
import { pageData, tableData } from './data.ts'
import { type Engine, engines, normalise } from './engines.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    duration: { type: 'string', default: '150' },
  },
})
const rounds = Number(values.rounds)
const duration = Number(values.duration)

interface Scenario {
  readonly title: string
  readonly render: (engine: Engine) => string
}

const scenarios: readonly Scenario[] = [
  { title: 'A table of 100 rows', render: ({ table }) => table(tableData) },
  { title: 'A typical page', render: ({ page }) => page(pageData) },
]

const sections = scenarios.map(({ title, render }) => {
  checkOutputs(title, render)
  const samples = new Map<Engine, number[]>(engines.map((engine) => [engine, []]))
  for (let round = -3; round < rounds; round++) {
    for (const engine of engines) {
      const time = measure(() => render(engine))
      // The first rounds warm up.
      if (round >= 0) samples.get(engine)?.push(time)
    }
  }
  return `### ${title}\n\n${resultTable(samples)}`
})

const compiled = await compileTime(300)
publish(
  'Templates',
  [
    circumstances(
      'npm run bench:templates',
      `${rounds} rounds of ${duration} ms an engine, taking turns, median`,
    ),
    ...sections,
    `### Compiling\n\n300 templates become modules and types in ${number(compiled.wall)} ms, ${number(compiled.cpu)} ms of processor time (buildViews, reading and writing included).`,
  ].join('\n\n'),
  process.argv.length === 2,
)

/** Refuses to compare engines that do not do the same. */
function checkOutputs(title: string, render: Scenario['render']): void {
  const [first, ...others] = engines.map((engine) => ({ engine, html: normalise(render(engine)) }))
  for (const { engine, html } of others) {
    if (html !== first?.html)
      throw new Error(`${title}: ${engine.name} renders something else\n${first?.html}\n${html}`)
  }
}

/**
 * Microseconds of processor time a rendering, which other work on the machine disturbs less than the clock. The text is
 * made flat, as it is when it is sent.
 */
function measure(render: () => string): number {
  let count = 0
  let sum = 0
  const before = process.threadCpuUsage()
  const end = performance.now() + duration
  while (performance.now() < end) {
    for (let i = 0; i < 20; i++) {
      const text = render()
      sum += text.charCodeAt(text.length - 1)
    }
    count += 20
  }
  if (sum === 0) throw new Error('nothing was rendered')
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / count
}

/** Engines by their time; the ratio is the median of those within a round, so that a slow minute counts for both. */
function resultTable(samples: ReadonlyMap<Engine, readonly number[]>): string {
  const byHand = [...samples].find(([{ name }]) => name === 'written by hand')?.[1] ?? []
  const rows = [...samples]
    .map(([{ name }, times]) => ({
      name,
      times,
      ratio: median(times.map((time, round) => time / (byHand[round] ?? 0))),
    }))
    .sort((a, b) => a.ratio - b.ratio)
    .map(({ name, times, ratio }) => [
      name,
      number(median(times), 1),
      `${number(ratio, 2)} ×`,
      `${number(Math.min(...times), 1)} – ${number(Math.max(...times), 1)}`,
    ])
  return table(['engine', 'µs a rendering', 'of by hand', 'lowest – highest'], rows)
}
