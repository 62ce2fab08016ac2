import { fileURLToPath } from 'node:url'
import type { Service } from '@zzz/core'
import { createRepo, sql } from '@zzz/db'
import { assertMigrated, migrate } from '@zzz/db/migration'
import { env } from './env.ts'
import { Todo } from './schemas/todo.ts'
import { User } from './schemas/user.ts'

/** The database. As a service of the application it connects before the first request and disconnects after the last. */
export const repo = createRepo({ url: env.databaseUrl, schemas: [Todo, User] })

const folder = fileURLToPath(new URL('./migrations/', import.meta.url))

/** Comes after the repo: brings the tables up to date, or refuses to start where that is left to the deployment. */
export const migrations: Service = {
  name: 'migrations',
  async start() {
    if (env.migrate) await migrate(repo, { folder })
    else await assertMigrated(repo, { folder })
  },
}

/** Whether the database answers. */
export const isReachable = () => repo.rawOne(sql`select 1 as one`)
