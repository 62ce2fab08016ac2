import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type SuiteContext } from 'node:test'
import { Client } from 'pg'

/** Where the tests find PostgreSQL. Each test file makes a database of its own there and drops it. */
export const postgresUrl: string = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/** A database for tests. */
export interface TestDatabase {
  readonly name: 'sqlite file' | 'sqlite memory' | 'postgres'
  readonly dialect: 'sqlite' | 'postgres'
  /** A URL of an empty database; each call makes a new one. All are gone when the suite has ended. */
  readonly create: () => Promise<string>
}

/**
 * Describes the same tests once for each database: SQLite in a file, in memory, and PostgreSQL. Where PostgreSQL is
 * missing its tests are skipped aloud; under CI that is an error.
 */
export function describeDatabases(
  title: string,
  suite: (database: TestDatabase, context: SuiteContext) => void,
): void {
  describe(`${title}, sqlite file`, (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'zzz-db-'))
    let count = 0
    const create = async () => `sqlite:${join(folder, `${++count}.db`)}`
    after(() => rmSync(folder, { recursive: true }))
    suite({ name: 'sqlite file', dialect: 'sqlite', create }, context)
  })

  describe(`${title}, sqlite memory`, (context) => {
    suite({ name: 'sqlite memory', dialect: 'sqlite', create: async () => 'sqlite::memory:' }, context)
  })

  describePostgres(title, suite)
}

/** Describes tests of PostgreSQL alone. */
export function describePostgres(
  title: string,
  suite: (database: TestDatabase, context: SuiteContext) => void,
): void {
  describe(`${title}, postgres`, { skip: missing }, (context) => {
    const name = `zzz_test_${randomBytes(8).toString('hex')}`
    let count = 0
    const address = (schema: string) => {
      const url = new URL(postgresUrl)
      url.pathname = `/${name}`
      url.searchParams.set('options', `-c search_path=${schema}`)
      return url.href
    }
    // A schema is made in a moment, a database in a second, so there is one of these for all tests of a file.
    const create = async () => {
      const schema = `test_${++count}`
      await administer(`create schema ${schema}`, address(schema))
      return address(schema)
    }
    before(() => administer(`create database ${name} template template0 lc_collate 'C' lc_ctype 'C.UTF-8'`))
    after(() => administer(`drop database if exists ${name} with (force)`))
    suite({ name: 'postgres', dialect: 'postgres', create }, context)
  })
}

/** Runs one statement as the administrator of the test server. */
export async function administer(statement: string, url: string = postgresUrl): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const missing = await withoutPostgres()

async function withoutPostgres(): Promise<string | false> {
  if (await isListening(new URL(postgresUrl))) return false
  const reason = `no PostgreSQL at ${new URL(postgresUrl).host} (set POSTGRES_URL, or start it)`
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(`SKIPPED: ${reason}`)
  return reason
}

function isListening({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 5432) })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
