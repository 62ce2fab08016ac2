import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DbError } from '../../errors.ts'

/** Parameters of a URL that PostgreSQL's own programs know as well. */
const known = ['host', 'options', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert']

/** The structure of a PostgreSQL database, by `pg_dump`. Throws `ZZZ_DB_STRUCTURE`. */
export async function pgDump(address: string): Promise<string> {
  const { url, password } = toLibpq(address)
  const args = ['--schema-only', '--no-owner', '--no-privileges', '--no-password', `--dbname=${url}`]
  try {
    const { stdout } = await promisify(execFile)('pg_dump', args, {
      env: { ...process.env, ...(password === '' ? {} : { PGPASSWORD: password }) },
      maxBuffer: 256 * 1024 * 1024,
      timeout: 120_000,
    })
    return withoutPsql(stdout)
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string }
    const reason = code === 'ENOENT' ? 'it is not installed' : (stderr ?? String(code))
    throw new DbError(
      'ZZZ_DB_STRUCTURE',
      `The structure of PostgreSQL is written by its program pg_dump, of the server's version or newer: ${reason.trim()}`,
      { cause },
    )
  }
}

/** The URL without its password, which everyone on the machine could read among the arguments of a process. */
function toLibpq(address: string): { readonly url: string; readonly password: string } {
  const url = new URL(address)
  const password = decodeURIComponent(url.password)
  url.password = ''
  const parameters = [...url.searchParams]
    .filter(([name]) => known.includes(name))
    // Not by URLSearchParams, whose + for a space is unknown to PostgreSQL.
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  url.search = ''
  return { url: parameters.length === 0 ? url.href : `${url.href}?${parameters.join('&')}`, password }
}

/** Leaves out commands of psql, and what differs though the structure does not. */
function withoutPsql(dump: string): string {
  return dump
    .replaceAll(/^(?:\\(?:un)?restrict .*|-- Dumped (?:from|by) .*)\n/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
}
