export {
  type DatabaseSessions,
  type DatabaseSessionsOptions,
  databaseSessions,
} from './database-sessions.ts'
export { createSessionTable } from './session-table.ts'
export type { SessionChange, StoredSession } from './stored-session.ts'
