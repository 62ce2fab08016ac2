import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cores, pinned } from './cpu.ts'

/** How hard to load a server. */
export interface LoadOptions {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  /** Requests on their way at once on each connection. */
  readonly pipelined: number
  /** Open a connection for every request. */
  readonly close?: boolean
  /** Run on whichever core is free, beside a server that does the same. */
  readonly everyCore?: boolean
  /** Values of `Cookie`, which requests bring in turn. */
  readonly cookies?: readonly string[]
  /** Further header fields of each request. */
  readonly headers?: Readonly<Record<string, string>>
  /** The body of each request, which makes it a POST. */
  readonly body?: string
}

/** What a load generator counted. */
export interface Load {
  readonly requests: number
  readonly seconds: number
  /** Connections that failed and requests without a reply. */
  readonly broken: number
  /** Replies with a status other than 2xx. */
  readonly refused: number
}

/** The load generator: wrk where it is installed, else autocannon, which a JavaScript server can outrun. */
export const generator = spawnSync('wrk', ['--version']).error === undefined ? 'wrk' : 'autocannon'

/** Loads a server from another process. Throws when anything but a good reply comes back. */
export async function load(options: LoadOptions): Promise<Load> {
  const result = generator === 'wrk' ? await wrk(options) : await autocannon(options)
  if (result.broken + result.refused > 0 || result.requests === 0) {
    const { requests, broken, refused } = result
    throw new Error(`${options.url}: ${requests} requests, ${broken} broken, ${refused} refused`)
  }
  return result
}

async function wrk(options: LoadOptions): Promise<Load> {
  const { url, connections, seconds, pipelined, close = false, cookies = [], headers = {}, body } = options
  const script = join(import.meta.dirname, '../wrk.lua')
  const flags = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`]
  flags.push('--timeout', '10s')
  for (const [name, value] of Object.entries(headers)) flags.push('--header', `${name}: ${value}`)
  const mode = close ? 'close' : 'keep'
  using list = cookieFile(cookies)
  const args = [String(pipelined), mode, list.path, ...(body === undefined ? [] : [body])]
  const output = await run(['wrk', ...flags, '--script', script, url, '--', ...args], coreOf(options))
  return JSON.parse(output.slice(output.lastIndexOf('{'))) as Load
}

/** A file with a cookie a line; `-` without cookies. Removed when it is disposed. */
function cookieFile(cookies: readonly string[]): Disposable & { readonly path: string } {
  if (cookies.length === 0) return { path: '-', [Symbol.dispose]: () => {} }
  const folder = mkdtempSync(join(tmpdir(), 'zzz-bench-'))
  const path = join(folder, 'cookies')
  writeFileSync(path, cookies.join('\n'))
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

async function autocannon(load: LoadOptions): Promise<Load> {
  const { url, connections, seconds, pipelined, close, cookies, headers = {}, body } = load
  if (cookies) throw new Error('Only wrk brings cookies; install it')
  if (close) throw new Error('Only wrk opens a connection for every request; install it')
  const program = join(import.meta.dirname, '../../node_modules/autocannon/autocannon.js')
  const options = { connections, duration: seconds, pipelining: pipelined }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  for (const [name, value] of Object.entries(headers)) flags.push('--headers', `${name}=${value}`)
  if (body !== undefined) flags.push('--method', 'POST', '--body', body)
  const result = JSON.parse(
    await run([process.execPath, program, '--json', ...flags, url], coreOf(load)),
  ) as {
    requests: { total: number }
    duration: number
    errors: number
    timeouts: number
    non2xx: number
  }
  const { requests, duration, errors, timeouts, non2xx } = result
  return { requests: requests.total, seconds: duration, broken: errors + timeouts, refused: non2xx }
}

function coreOf({ everyCore }: LoadOptions): number | undefined {
  return everyCore ? undefined : cores.load
}

async function run(command: readonly [string, ...string[]], core: number | undefined): Promise<string> {
  const [program, ...args] = pinned(core, command)
  const { stdout } = await promisify(execFile)(program, args)
  return stdout
}
