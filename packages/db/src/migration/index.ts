export type { AnyRepo } from '../repo/repo.ts'
export {
  type AddCheck,
  type AddForeignKey,
  type Alteration,
  addCheck,
  addColumn,
  addForeignKey,
  type ChangeColumn,
  changeColumn,
  dropCheck,
  dropColumn,
  dropForeignKey,
  type ForeignKeyTarget,
  renameColumn,
  validateConstraint,
} from './operations/alteration.ts'
export {
  type ColumnDefinition,
  type ColumnOptions,
  type ColumnSpec,
  type ColumnSpecs,
  column,
  type Reference,
  type ReferenceAction,
  type ReferenceTarget,
  reference,
} from './operations/column.ts'
export {
  alterTable,
  type CreateTable,
  createTable,
  dropTable,
  execute,
  type MigrationTask,
  nothing,
  type Operation,
  renameTable,
  run,
  type SqlByDatabase,
  type TableOptions,
} from './operations/operation.ts'
export {
  type CreateIndex,
  createIndex,
  type DropIndex,
  dropIndex,
  dropIndexNamed,
  type IndexColumn,
  type IndexOptions,
} from './operations/table-index.ts'
export { type GenerateOptions, generateMigration } from './runner/generate.ts'
export {
  type MigrateOptions,
  migrate,
  type RanMigration,
  type RollbackOptions,
  type RunnerOptions,
  rollback,
} from './runner/migrate.ts'
export type { Timeouts } from './runner/session.ts'
export {
  assertMigrated,
  type MigrationState,
  type MigrationStatus,
  type StatusOptions,
  status,
} from './runner/status.ts'
export { dumpStructure, loadStructure } from './runner/structure.ts'
