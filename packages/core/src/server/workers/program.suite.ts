import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { Address } from '../backend.ts'
import type { ServeOptions } from '../serve-options.ts'

const defaultFile = join(import.meta.dirname, 'worker-program.suite.ts')

/** How to start a program. */
export interface ProgramOptions {
  /** Default: `worker-program.suite.ts`. It prints `address` and JSON in its primary. */
  readonly file?: string
  readonly options?: ServeOptions
  readonly env?: Readonly<Record<string, string>>
  /** A descriptor to be inherited as 3. */
  readonly fd?: number
}

/** A program with workers as it runs, in a process group of its own. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcess
  readonly errors: Promise<string>
  readonly #exit: Promise<unknown[]>
  readonly #closed: Promise<unknown>
  readonly #lines: string[] = []
  #position = 0
  #whenLine = Promise.withResolvers<void>()

  private constructor({ file = defaultFile, options = {}, env = {}, fd }: ProgramOptions) {
    this.child = spawn(process.execPath, ['--conditions=@zzz/source', file], {
      env: { ...process.env, ...env, OPTIONS: JSON.stringify(options) },
      stdio: ['ignore', 'pipe', 'pipe', fd === undefined ? 'ignore' : fd, 'ipc'],
      detached: true,
    })
    this.errors = text(this.child.stderr as NodeJS.ReadableStream)
    this.#exit = once(this.child, 'exit')
    this.#closed = once(this.child, 'close').then(() => this.#wake())
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.#lines.push(line)
      this.#wake()
    })
  }

  /** Starts a program without waiting for it. */
  static begin(options: ProgramOptions = {}): Program {
    return new Program(options)
  }

  /** Starts a program and waits until it serves. */
  static async start(options: ProgramOptions = {}): Promise<Program & { readonly address: Address }> {
    const program = new Program(options)
    const [, address] = await program.line(/^address (.*)$/)
    return Object.assign(program, { address: JSON.parse(address as string) as Address })
  }

  get pid(): number {
    return this.child.pid as number
  }

  /** All lines so far. */
  get lines(): readonly string[] {
    return this.#lines
  }

  /** Pids of the workers that were started, in their order. */
  get workers(): number[] {
    return this.#lines.flatMap((line) => /^start (\d+)$/.exec(line)?.[1] ?? []).map(Number)
  }

  /** The next line that matches, from where the last look ended. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      while (this.#position < this.#lines.length) {
        const match = pattern.exec(this.#lines[this.#position++] as string)
        if (match !== null) return match
      }
      if (this.child.stdout?.readableEnded === true) {
        throw new Error(
          `The program ended without ${pattern}:\n${this.#lines.join('\n')}\n${await this.errors}`,
        )
      }
      await this.#whenLine.promise
    }
  }

  /** Signals the primary alone, or its whole process group as a terminal does. */
  signal(signal: NodeJS.Signals, to: 'primary' | 'group' = 'primary'): void {
    process.kill(to === 'group' ? -this.pid : this.pid, signal)
  }

  async connections(): Promise<number> {
    this.child.send('connections')
    const [count] = await once(this.child, 'message')
    return count as number
  }

  /** Waits until all its processes have ended; gives exit code and signal of the primary. */
  async ended(): Promise<unknown[]> {
    await this.#closed
    return this.#exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-this.pid, 'SIGKILL')
    } catch {
      // Nobody is left.
    }
    await this.#closed
  }

  #wake(): void {
    this.#whenLine.resolve()
    this.#whenLine = Promise.withResolvers()
  }
}
