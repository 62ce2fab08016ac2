import { postgresDialect } from '../../../compiler/dialects/postgres.ts'
import { DbError } from '../../../errors.ts'
import { loadPeer } from '../../../internal/load-peer.ts'
import { type MaybePromise, mapMaybe } from '../../../internal/maybe-promise.ts'
import { Pool, type PoolOptions } from '../../../pool/pool.ts'
import type { Raw } from '../../../schema/data-type.ts'
import type { BeginOptions, Connection, Driver, DriverResult, DriverStatement } from '../../driver.ts'
import { mayConnectLater } from './faults.ts'
import { PgConnection } from './pg-connection.ts'

/** How PostgreSQL is used. */
export interface PostgresSettings {
  /** Most connections. Default 10. */
  readonly size?: number | undefined
  /** Connections that stay open though nobody uses them. Default 0. */
  readonly min?: number | undefined
  /** Milliseconds to wait for a connection. Default 5,000. */
  readonly timeout?: number | undefined
  /** Most who wait for a connection. Default 1,000. */
  readonly queue?: number | undefined
  /** Milliseconds after which a connection that nobody uses is closed. Default 60,000. */
  readonly idleTimeout?: number | undefined
  /** Milliseconds after which a connection is replaced. Default 3,600,000. */
  readonly maxLifetime?: number | undefined
  /** Milliseconds to wait for a connection to come about. Default 5,000. */
  readonly connectTimeout?: number | undefined
  /** Whether statements are prepared by name; false behind a pooler that shares connections. Default true. */
  readonly prepare?: boolean | undefined
}

/** Options of the PostgreSQL driver. */
export interface PostgresOptions extends PostgresSettings {
  readonly url: string
}

const defaults: PoolOptions = {
  size: 10,
  min: 0,
  timeout: 5000,
  queue: 1000,
  idleTimeout: 60_000,
  maxLifetime: 3_600_000,
}

/** PostgreSQL over the package `pg`, with a pool of our own: one connection has one user at a time. */
export function postgresDriver(options: PostgresOptions): Driver {
  const { url, connectTimeout = 5000, prepare = true, ...rest } = options
  const { Client } = loadPeer<typeof import('pg')>('createRepo with a postgres URL', 'pg')
  const name = `PostgreSQL at ${new URL(url).host}`
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const pool = new Pool<PgConnection>({ name, connect, mayRetry: mayConnectLater }, { ...defaults, ...given })

  async function connect(): Promise<PgConnection> {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: connectTimeout,
      keepAlive: true,
    })
    const connection = new PgConnection(client, { prepare, statements: 500 })
    try {
      await client.connect()
      // Times come as text, so their form has to be known.
      await client.query(`set timezone = 'UTC'; set datestyle = 'ISO'; set bytea_output = 'hex'`)
    } catch (cause) {
      connection.close()
      const { message, code } = cause as { message: string; code?: string }
      throw new DbError('ZZZ_DB_UNAVAILABLE', `Cannot connect to ${name}: ${message || code}`, { cause })
    }
    return connection
  }

  async function runOn(
    connection: PgConnection,
    statement: DriverStatement,
    parameters: readonly Raw[],
  ): Promise<DriverResult> {
    try {
      return await connection.run(statement, parameters)
    } finally {
      pool.release(connection, connection.idle ? 'clean' : 'unknown')
    }
  }

  return {
    dialect: postgresDialect,
    start: () => pool.connectOnce(),
    stop: ({ deadline }) => pool.close(deadline),
    state: () => pool.state,
    run: (statement, parameters, began) =>
      mapMaybe(pool.acquire(), (connection) => {
        began?.()
        return runOn(connection, statement, parameters)
      }),
    open: (): MaybePromise<Connection> =>
      mapMaybe(pool.acquire(), (connection) => ({
        run: (statement, parameters) => connection.run(statement, parameters),
        cursor: (statement, parameters) => connection.cursor(statement, parameters),
        script: (text) => connection.script(text),
        release: (state) =>
          pool.release(connection, state === 'clean' && connection.idle ? 'clean' : 'unknown'),
      })),
    begin({ isolation, readOnly }: BeginOptions) {
      return `begin${isolation === undefined ? '' : ` isolation level ${isolation}`}${readOnly === true ? ' read only' : ''}`
    },
  }
}
