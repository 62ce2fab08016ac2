import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe } from 'node:test'
import { Client } from 'pg'

/** Makes an empty database and gives its URL. All are gone when the suite has ended. */
export type MakeDatabase = () => Promise<string>

const postgres = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/**
 * Describes the same tests on SQLite in a file and on PostgreSQL. Where PostgreSQL is missing its tests are skipped aloud;
 * under CI that is an error.
 */
export function describeDatabases(title: string, suite: (create: MakeDatabase) => void): void {
  describe(`${title}, sqlite`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'zzz-example-'))
    let count = 0
    after(() => rmSync(folder, { recursive: true }))
    suite(async () => `sqlite:${join(folder, `${++count}.db`)}`)
  })

  describe(`${title}, postgres`, { skip: missing }, () => {
    const names: string[] = []
    after(async () => {
      for (const name of names) await administer(`drop database if exists ${name} with (force)`)
    })
    suite(async () => {
      const name = `zzz_example_${randomBytes(8).toString('hex')}`
      names.push(name)
      await administer(`create database ${name} template template0`)
      return Object.assign(new URL(postgres), { pathname: `/${name}` }).href
    })
  })
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: postgres, connectionTimeoutMillis: 5000 })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const missing = await administer('select 1').then(
  () => false,
  (cause: Error) => {
    const reason = `no PostgreSQL at ${new URL(postgres).host} (set POSTGRES_URL, or start it): ${cause.message}`
    if (process.env.CI === 'true') throw new Error(reason, { cause })
    console.warn(`SKIPPED: ${reason}`)
    return reason
  },
)
