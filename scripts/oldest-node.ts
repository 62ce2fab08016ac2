/**
 * The oldest Node that users may run, as package.json "engines" says, for running the unit tests on it. Run as a program
 * it installs the newest release of it into a cache folder, unless it is there already, and prints its version.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps.ts'

const major = 24
const folder = join(root, `node_modules/.cache/node-${major}`)

/** The program and how to get it. */
export const oldestNode = { major, path: join(folder, 'node_modules/.bin/node') }

function install(): void {
  mkdirSync(folder, { recursive: true })
  // Newer npm runs install scripts only where they are approved; this one puts the binary in place.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  const options = ['--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', ...options, `node@${major}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

if (import.meta.main) {
  if (!existsSync(oldestNode.path)) install()
  execFileSync(oldestNode.path, ['--version'], { stdio: 'inherit' })
}
