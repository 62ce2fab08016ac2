import { DbError } from '../errors.ts'

/** The database that a URL names. */
export type DatabaseUrl =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** Reads `sqlite:FILE`, `sqlite::memory:` or `postgres://…`. Throws `ZZZ_DB_URL`, without the secrets of the URL. */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  if (typeof url !== 'string' || url === '') {
    throw new DbError(
      'ZZZ_DB_URL',
      'createRepo: the option "url" is missing: sqlite:app.db, sqlite::memory: or postgres://…',
    )
  }
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length).replace(/^\/\//, '')
    if (path !== '') return { kind: 'sqlite', path }
  }
  if (/^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url)) return { kind: 'postgres', url }
  const scheme = /^[\w+.-]*:?/.exec(url)?.[0]
  throw new DbError(
    'ZZZ_DB_URL',
    `createRepo: cannot read a URL that begins with "${scheme}": use sqlite:FILE or postgres://host/name`,
  )
}
