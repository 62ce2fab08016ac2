import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Contender } from './contenders.ts'
import { cores, pinned } from './cpu.ts'
import type { Answer, Question, Usage } from './servers/control.ts'

/** A contender's server in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number, scheme: 'http' | 'https') {
    this.#child = child
    this.port = port
    this.url = `${scheme}://127.0.0.1:${port}`
  }

  /** Starts a server on a free port. Rejects when its process ends before it listens. */
  static async start(contender: Contender, nodeOptions: readonly string[] = []): Promise<ServerProcess> {
    const file = join(import.meta.dirname, 'servers', `${contender.server}.ts`)
    const node = [process.execPath, '--conditions=@zzz/source', ...nodeOptions, file] as const
    const [program, ...args] = pinned(contender.everyCore ? undefined : cores.server, node)
    const environment = { ZZZ_ENV: 'production', NODE_ENV: 'production', PORT: '0', ...contender.env }
    const child = spawn(program, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const { port } = await hear<{ port: number }>(child, contender.name)
    return new ServerProcess(child, port, contender.env?.TLS === '1' ? 'https' : 'http')
  }

  /** Microseconds of processor time that the server has taken so far. */
  async cpu(): Promise<number> {
    return (await this.usage()).cpu
  }

  /** What the server has taken so far. */
  usage(): Promise<Usage> {
    return this.#ask('usage')
  }

  /** Bytes in use after a garbage collection; needs the server to run with `--expose-gc`. */
  memory(): Promise<{ rss: number; heap: number }> {
    return this.#ask('memory')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.disconnect()
    await once(this.#child, 'exit')
  }

  #ask<A extends Answer>(question: Question): Promise<A> {
    this.#child.send(question)
    return hear<A>(this.#child, this.url)
  }
}

/** The next message of a child, which must not end before. */
async function hear<A extends Answer>(child: ChildProcess, name: string): Promise<A> {
  const heard = new AbortController()
  const { signal } = heard
  try {
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`The server ${name} ended with code ${code}`)
    })
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended])
    return answer as A
  } finally {
    heard.abort()
  }
}
