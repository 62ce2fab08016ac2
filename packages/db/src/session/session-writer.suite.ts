/** A process that changes a session: it sets so many names that begin with a prefix, several at once. */
import { createRepo } from '../repo/create-repo.ts'
import { databaseSessions } from './database-sessions.ts'
import type { DatabaseSessions } from './index.ts'

/** Sets `count` names of a session, ten at once; gives whether each was kept. */
export async function setNames(
  store: DatabaseSessions,
  id: string,
  prefix: string,
  count: number,
): Promise<boolean[]> {
  const kept: boolean[] = []
  const names = Array.from({ length: count }, (_, i) => `${prefix}${i}`).values()
  const writer = async () => {
    for (const name of names) {
      kept.push(await store.update(id, { set: { [name]: '1' }, remove: [], expiresAt: 0 }))
    }
  }
  await Promise.all(Array.from({ length: 10 }, writer))
  return kept
}

if (import.meta.main) {
  const [url = '', id = '', prefix = '', count] = process.argv.slice(2)
  const repo = createRepo({ url, schemas: [] })
  const kept = await setNames(databaseSessions(repo), id, prefix, Number(count))
  await repo.stop()
  console.log(kept.every(Boolean) ? 'kept' : 'lost')
}
