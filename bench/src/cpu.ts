import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** True when processes can be bound to processor cores, so that server and load do not take time from each other. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** The core that servers run on, and the one for the load. */
export const cores = { server: 0, load: 1 }

/** The command that runs `command` on one core, where that can be done; on any where none is given. */
export function pinned(
  core: number | undefined,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  return canPin && core !== undefined ? ['taskset', '--cpu-list', String(core), ...command] : command
}
