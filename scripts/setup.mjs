// Makes the repository ready to run: `npm start`, `npm test` and `npm run check` call it first. It runs on the machine's
// own Node, however old; what comes after it in `npm run` finds the pinned Node in node_modules/.bin, first on PATH.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(import.meta.url), '../..')
const lockfile = join(root, 'package-lock.json')
const installedLockfile = join(root, 'node_modules/.package-lock.json')
const pinnedNode = join(root, 'node_modules/.bin/node')

try {
  if (whatIsMissing() !== undefined) withLock(install)
} catch (error) {
  console.error('setup: ' + error.message)
  process.exitCode = 1
}

function install() {
  // Another setup may have done the work while this one waited for the lock.
  const missing = whatIsMissing()
  if (missing === undefined) return
  console.error('setup: ' + missing + '; running npm ci')
  // The pinned Node is a development dependency, so with NODE_ENV=production npm would leave it out.
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync('npm', ['ci', ...options], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: Object.assign({}, process.env, { PATH: pathWithoutModules() }),
    shell: process.platform === 'win32',
  })
  if (error) throw new Error('cannot run npm (' + error.message + ')')
  if (status !== 0) throw new Error('npm ci failed, see above; fix that and run the command again')
  const still = whatIsMissing()
  if (still !== undefined) throw new Error('npm ci has run, but still: ' + still)
}

/** Why an installation is needed, or undefined. */
function whatIsMissing() {
  if (!existsSync(installedLockfile)) return 'nothing is installed yet'
  const wanted = JSON.parse(readFileSync(lockfile, 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedLockfile, 'utf8')).packages
  const stale = Object.keys(wanted).find((path) => path !== '' && !isInstalled(wanted[path], installed[path]))
  if (stale !== undefined) return 'package-lock.json has changed (' + stale + ')'
  const version = versionOf(pinnedNode)
  const expected = 'v' + wanted['node_modules/node'].version
  return version === expected ? undefined : pinnedNode + ' is ' + version + ' instead of ' + expected
}

/** Optional packages may be absent: they are for other machines. */
function isInstalled(wanted, installed) {
  if (installed === undefined) return wanted.optional === true
  return wanted.version === installed.version && wanted.integrity === installed.integrity
}

function versionOf(program) {
  try {
    return execFileSync(program, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'broken'
  }
}

/** npm ci removes node_modules, so nothing it starts may live there. */
function pathWithoutModules() {
  const folders = (process.env.PATH || '').split(delimiter)
  return folders.filter((folder) => !/node_modules[\\/]\.bin[\\/]?$/.test(folder)).join(delimiter)
}

/** Runs `work` alone: a second setup of the same repository waits. A lock whose owner has died is taken over. */
function withLock(work) {
  const name = 'zzz-setup-' + createHash('sha1').update(root).digest('hex').slice(0, 16)
  const lock = join(tmpdir(), name)
  while (!acquire(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  try {
    work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** A folder is made by one only; the owner's process id in it tells the others whether it still lives. */
function acquire(lock) {
  const owner = join(lock, 'pid')
  try {
    mkdirSync(lock)
    writeFileSync(owner, String(process.pid))
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isAbandoned(lock, owner)) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

function isAbandoned(lock, owner) {
  try {
    // A lock without an owner is one that is just being made, unless it has been so for long.
    if (!existsSync(owner)) return Date.now() - statSync(lock).mtimeMs > 10000
    process.kill(Number(readFileSync(owner, 'utf8')), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
