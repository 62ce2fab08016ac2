/** What `npm run check` runs: everything `npm test` runs except the tests. */
import { checkSteps, runSteps } from './steps.ts'

runSteps(checkSteps())
