/**
 * What `npm test` runs: the checks, then all tests. Arguments go on to `node --test`: files or globs replace the usual
 * ones, options are added (`npm test -- tests/packed.test.ts`, `npm test -- --test-name-pattern=HEAD`). With
 * ZZZ_TEST_SIZE=full (`npm run test:full`) tests run at their full size, and unit tests on the oldest supported Node too.
 */
import { availableParallelism } from 'node:os'
import { oldestNode } from './oldest-node.ts'
import { checkSteps, runSteps, type Step } from './steps.ts'

const full = process.env.ZZZ_TEST_SIZE === 'full'
const unitTests = 'packages/**/*.test.ts'
const allTests = [
  unitTests,
  ...['tests', 'examples', 'scripts', 'bench'].map((area) => `${area}/**/*.test.ts`),
]

const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const files = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))

/** A test file that hangs fails after this many minutes. */
const minutes = full ? 20 : 4

function testStep(title: string, node: string, patterns: readonly string[]): Step {
  // By itself Node leaves one processor free, which on a machine with two is half of it.
  const settings = [
    `--test-timeout=${minutes * 60_000}`,
    `--test-concurrency=${Math.max(2, availableParallelism())}`,
  ]
  return {
    title,
    command: [node, '--conditions=@zzz/source', '--test', ...settings, ...options, ...patterns],
  }
}

const steps = [...checkSteps(), testStep('tests', 'node', files.length > 0 ? files : allTests)]
if (full && files.length === 0) {
  const { major, path } = oldestNode
  steps.push(
    { title: `Node ${major}`, command: ['node', 'scripts/oldest-node.ts'] },
    testStep(`unit tests on Node ${major}`, path, [unitTests]),
  )
}
runSteps(steps)
