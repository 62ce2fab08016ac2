/** What stands on what: each name, from the ground up, with the names it may import. */
export type Floors = Readonly<Record<string, readonly string[]>>

/** The arrows that are allowed; every other one is refused. */
export interface LayerTable {
  /** Folders of `packages/`. */
  readonly packages: Floors
  /** Packages whose source is divided further: folders and root files of `src`. A package's name stands for the package. */
  readonly folders: Readonly<Record<string, Floors>>
  /** Folders, as `package/folder`, whose members do not know each other. */
  readonly strangers: readonly string[]
  /** Packages that run in a browser and may import nothing of Node. */
  readonly browser: readonly string[]
  /** Files outside the packages that may reach into them. */
  readonly insiders: readonly string[]
}

const ground = ['errors', 'internal']
const leaves = [...ground, 'clock', 'telemetry', 'config', 'i18n']
const middle = [...leaves, 'http', 'redis', 'secrets', 'cache', 'pubsub', 'template', 'assets']
const application = [...middle, 'context', 'session', 'router', 'app']
const realtime = [...application, 'websocket', 'channel', 'live']
const everything = [...realtime, 'server', 'middleware', 'openapi', 'dashboard', 'testing']

const core: Floors = {
  errors: [],
  internal: ['errors'],
  clock: ground,
  telemetry: ground,
  config: ground,
  i18n: ground,

  http: [...ground, 'clock'],
  redis: leaves,
  secrets: leaves,
  cache: [...leaves, 'redis'],
  pubsub: [...leaves, 'redis'],
  template: leaves,
  assets: [...leaves, 'http', '@zzz/client'],

  context: [...leaves, 'http', 'secrets', 'template'],
  session: [...leaves, 'http', 'context', 'redis', 'secrets', 'pubsub'],
  router: [...ground, 'http', 'context'],
  app: [...leaves, 'http', 'context', 'secrets', 'router', 'template'],

  // A server knows an app only as a Handle, so that either can be replaced.
  server: [...leaves, 'http', 'pubsub'],
  websocket: [...leaves, 'http'],

  middleware: application,
  channel: [...application, 'websocket', '@zzz/client'],
  live: [...application, 'channel', '@zzz/client'],
  openapi: application,
  dashboard: everything.filter((name) => name !== 'dashboard' && name !== 'testing'),
  testing: everything.filter((name) => name !== 'testing'),

  // The main entry: servers and middleware have entries of their own, so that an app pays for what it imports.
  index: [...realtime, 'openapi'],
}

// The pipeline of a query, from the description of a table to its rows.
const data = [
  'errors',
  'internal',
  'schema',
  'query',
  'compiler',
  'pool',
  'driver',
  'changeset',
  'repo',
  'migration',
]

const db: Floors = {
  errors: [],
  internal: ['errors'],
  schema: ground,
  query: [...ground, 'schema'],
  compiler: [...ground, 'schema', 'query'],
  pool: ground,
  driver: [...ground, 'schema', 'compiler', 'pool'],
  changeset: [...ground, 'schema', 'query'],
  repo: [...ground, 'schema', 'query', 'compiler', 'driver', 'changeset'],
  migration: data.filter((name) => name !== 'migration'),
  testing: data,
  session: data,
  index: data,
}

const published = ['client', 'native', 'mailer', 'db', 'core', 'jobs']

/** The table of this repository. */
export const layers: LayerTable = {
  packages: {
    client: [],
    native: [],
    mailer: [],
    db: [],
    core: ['client'],
    jobs: ['db'],
    cli: published,
    'create-zzz': [...published, 'cli'],
  },
  folders: { core, db },
  strangers: ['core/middleware'],
  browser: ['client'],
  insiders: [
    // They measure parts alone that are not public.
    'bench/src/router.ts',
    'bench/src/observed-process.ts',
    // What every session store has to do is written down where their interface is.
    'tests/database-sessions.test.ts',
  ],
}
