import manifest from '../package.json' with { type: 'json' }
import { type Scenario, scenarios } from './scenarios.ts'

/** A server to measure. */
export interface Contender {
  readonly name: string
  /** The file in `servers/` that runs it. */
  readonly server: string
  /** Further environment of its process. */
  readonly env?: Readonly<Record<string, string>>
  /** True for one that is several processes and takes all cores. */
  readonly everyCore?: boolean
  /** True for a server of files, which answers nothing else. */
  readonly onlyFiles?: boolean
}

/** The one that the others are compared with. */
export const reference = 'node:http'

const { fastify, hono, express, sirv } = manifest.dependencies

/** All contenders, in the order of the tables. */
export const contenders: readonly Contender[] = [
  { name: 'zzz', server: 'zzz' },
  { name: 'zzz on node:http', server: 'zzz', env: { BACKEND: 'node' } },
  { name: reference, server: 'bare-node' },
  { name: `Fastify ${fastify}`, server: 'fastify' },
  { name: `Hono ${hono}`, server: 'hono' },
  { name: `Express ${express}`, server: 'express' },
  { name: `sirv ${sirv}`, server: 'sirv', onlyFiles: true },
]

/** The scenarios that a contender takes part in. */
export function scenariosOf({ onlyFiles }: Contender): readonly Scenario[] {
  return onlyFiles ? scenarios.filter(({ isFile }) => isFile) : scenarios
}
