import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'

/** The repository's root; every step runs there. */
export const root = resolve(import.meta.dirname, '..')

/** Biome colours its output letter by letter, which makes logs unreadable; only a terminal gets colours. */
const colors = process.stdout.isTTY ? '--colors=force' : '--colors=off'

/** One command of a check. */
export interface Step {
  readonly title: string
  /** The program, found in node_modules/.bin first, and its arguments. */
  readonly command: readonly [string, ...string[]]
}

/** What is checked before any test runs: formatting, lint, templates, types, layers. */
export function checkSteps(): Step[] {
  const packages = globSync('packages/*/tsconfig.json', { cwd: root }).map(dirname).sort()
  return [
    { title: 'format and lint', command: ['biome', 'ci', '--error-on-warnings', colors, '.'] },
    { title: 'views', command: ['node', '--conditions=@zzz/source', 'scripts/views.ts'] },
    { title: 'types', command: ['tsc', '--noEmit'] },
    ...packages.map(
      (folder): Step => ({ title: `types of ${folder}`, command: ['tsc', '-p', folder, '--noEmit'] }),
    ),
    { title: 'layers', command: ['node', 'scripts/check-layers.ts'] },
  ]
}

/** Runs the steps in turn, each under a headline, and ends the process with the code of the first that fails. */
export function runSteps(steps: readonly Step[]): void {
  const start = performance.now()
  for (const step of steps) {
    const code = runStep(step)
    if (code !== 0) {
      console.log(`\nFailed: ${step.title} (exit code ${code})`)
      process.exit(code)
    }
  }
  console.log(`\nAll well after ${secondsSince(start)}`)
}

function runStep({ title, command: [program, ...args] }: Step): number {
  console.log(`\n── ${title}`)
  const start = performance.now()
  const { status, signal, error } = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
  })
  if (error !== undefined) console.error(error.message)
  console.log(`── ${title}: ${secondsSince(start)}`)
  if (signal !== null) console.error(`${program} was ended by ${signal}`)
  return status ?? 1
}

/** The pinned tools come first on PATH, whether or not npm started this process. */
function environment(): NodeJS.ProcessEnv {
  const bin = join(root, 'node_modules/.bin')
  if (!existsSync(bin)) throw new Error('Nothing is installed: run npm ci')
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
}

function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
