/**
 * Refuses imports that go against the layers of the house (`scripts/layers/table.ts`), import cycles, inner paths of
 * other packages, and stray index files. Prints each one; exits with 1 when there is any.
 */
import { resolve } from 'node:path'
import { checkLayers, formatViolation } from './layers/check.ts'

const violations = checkLayers(resolve(import.meta.dirname, '..'))
for (const violation of violations) console.error(formatViolation(violation))
if (violations.length > 0) {
  console.error(`\n${violations.length} against the layers: see scripts/layers/table.ts`)
  process.exitCode = 1
}
