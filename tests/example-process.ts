import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const root = resolve(import.meta.dirname, '..')

/** The words of `npm start`: the environment it sets where nothing else does, and the arguments of `node`. */
function startCommand(): { env: Record<string, string>; args: string[] } {
  const { scripts } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  const words = scripts.start.split(' ')
  const node = words.indexOf('node')
  const env = words.slice(0, node).flatMap((word) => {
    const [, name, value] = /^(\w+)=\$\{\1:-(?:\$\{\w+:-)?(\w+)\}+$/.exec(word) ?? []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
  return { env: Object.fromEntries(env), args: words.slice(node + 1) }
}

/** What the example needs in production. */
export const productionEnv = {
  ZZZ_ENV: 'production',
  SECRET_KEY_BASE: 'a key for tests, that nobody needs to guess',
  JWT_SECRET: 'another secret of 32 bytes, for tests as well',
} as const

/** A database of its own for every example that is told of no other, whatever the tests themselves are told. */
const ownDatabase = { DATABASE_URL: 'sqlite::memory:' }

/** Starts the example application as `npm start` does, without waiting for it. */
export function spawnExample(env: Record<string, string>): ChildProcess {
  const command = startCommand()
  return spawn(process.execPath, command.args, {
    cwd: root,
    env: { ...process.env, ...command.env, ...ownDatabase, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function spawnBuilt(main: string, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [main], {
    env: { ...process.env, ...productionEnv, ...ownDatabase, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** The example application in its own process, listening on a free port. */
export class ExampleProcess implements AsyncDisposable {
  /** The line it printed when it listened. */
  readonly banner: string
  /** `http://127.0.0.1:…`, as printed. */
  readonly url: string
  /** What it printed after that. */
  readonly lines: string[]
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown[]>
  readonly #errors: Promise<string>

  private constructor(child: ChildProcess, banner: string, lines: string[], errors: Promise<string>) {
    this.#child = child
    this.#ended = once(child, 'close')
    this.#errors = errors
    this.banner = banner
    this.url = /http:\/\/\S+/.exec(banner)?.[0] ?? ''
    this.lines = lines
  }

  /** Starts the example, or a built one by its main file. */
  static async start(env: Record<string, string>, main?: string): Promise<ExampleProcess> {
    const child =
      main === undefined ? spawnExample({ PORT: '0', ...env }) : spawnBuilt(main, { PORT: '0', ...env })
    const errors = text(child.stderr as NodeJS.ReadableStream)
    const lines: string[] = []
    const output = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    output.on('line', (line) => lines.push(line))
    await Promise.race([once(output, 'line'), once(output, 'close')])
    const banner = lines.shift()
    if (banner === undefined) throw new Error(`The example did not start: ${await errors}`)
    return new ExampleProcess(child, banner, lines, errors)
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<{ code: unknown; signal: unknown; errors: string }> {
    this.#child.kill(signal)
    const [code, killedBy] = await this.#ended
    return { code, signal: killedBy, errors: await this.#errors }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}
