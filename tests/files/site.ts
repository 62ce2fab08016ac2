import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createApp, get, type Outcome } from '@zzz/core'
import { type StaticFilesOptions, staticFiles } from '@zzz/core/middleware'
import { type Server, serve } from '@zzz/core/server'
import { RawClient } from '../conformance/raw-client.ts'

/** A folder of files in a temporary place, served under `/static` and by `ctx.sendFile`. */
export interface Site extends AsyncDisposable {
  /** The folder that is served; secrets may stand beside it. */
  readonly root: string
  readonly port: number
  readonly server: Server
  /** What reached `onError`. */
  readonly errors: unknown[]
  /** How each request ended. */
  readonly outcomes: Outcome[]
  client(options?: { paused?: boolean }): Promise<RawClient>
  /** Writes a file below the folder that holds the root. */
  write(name: string, content: string | Uint8Array): string
  /** How many descriptors of this process lead to a file below that folder. */
  openFiles(): number
}

/** What differs from site to site. */
export interface SiteOptions {
  readonly backend: 'zzz' | 'node'
  readonly files?: Partial<StaticFilesOptions>
}

/** Starts a site. `GET /download/*path` and `GET /query?path=` send files below the root, as an application would. */
export async function startSite({ backend, files = {} }: SiteOptions): Promise<Site> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'zzz-site-')))
  const root = join(folder, 'public')
  mkdirSync(root)
  const errors: unknown[] = []
  const outcomes: Outcome[] = []
  const clients: RawClient[] = []
  const app = createApp({
    use: [
      (ctx, next) => {
        ctx.onSettled((outcome) => outcomes.push(outcome))
        return next()
      },
      staticFiles({ root, ...files }),
    ],
    routes: [
      get('/download/*path', (ctx) => ctx.sendFile(ctx.params.path, { root })),
      get('/query', (ctx) => ctx.sendFile(ctx.query.get('path') ?? '', { root })),
    ],
  })
  const onError = (error: unknown) => errors.push(error)
  const server = await serve(app, { port: 0, backend, signals: false, drain: 1000, onError })
  const { port } = server.address
  return {
    root,
    port,
    server,
    errors,
    outcomes,
    async client(options) {
      const client = await RawClient.connect(port, options)
      clients.push(client)
      return client
    },
    write(name, content) {
      const file = join(folder, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
      return file
    },
    openFiles: () => descriptors().filter((target) => target.startsWith(`${folder}/`)).length,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function descriptors(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
}
