import { DbError } from '../../errors.ts'
import { isObject } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../../internal/options.ts'
import type { SqlFragment } from '../../query/sql.ts'
import type { Repo } from '../../repo/repo.ts'
import type { Alteration, ForeignKeyTarget } from './alteration.ts'
import type { ColumnSpecs } from './column.ts'
import type { CreateIndex, DropIndex } from './table-index.ts'

/** One step of a migration, as a value. */
export type Operation =
  | CreateTable
  | { readonly kind: 'dropTable'; readonly table: string; readonly was: CreateTable | undefined }
  | { readonly kind: 'renameTable'; readonly from: string; readonly to: string }
  | { readonly kind: 'alterTable'; readonly table: string; readonly changes: readonly Alteration[] }
  | CreateIndex
  | DropIndex
  | { readonly kind: 'execute'; readonly sql: SqlByDatabase; readonly reverse: SqlByDatabase | undefined }
  | { readonly kind: 'run'; readonly task: MigrationTask; readonly reverse: MigrationTask | undefined }

/** What a migration consists of, by the words that make it; a change of a table has to be inside alterTable. */
export const operationKinds: Readonly<Record<Operation['kind'], true>> = {
  createTable: true,
  dropTable: true,
  renameTable: true,
  alterTable: true,
  createIndex: true,
  dropIndex: true,
  execute: true,
  run: true,
}

/** A new table. */
export interface CreateTable extends TableOptions {
  readonly kind: 'createTable'
  readonly table: string
  readonly columns: ColumnSpecs
}

/** Options of `createTable`. */
export interface TableOptions {
  /** Conditions that every row has to meet, by the names of their constraints. */
  readonly checks?: Readonly<Record<string, SqlFragment>> | undefined
  /** Foreign keys of several columns; for one column use `reference`. */
  readonly foreignKeys?: readonly (ForeignKeyTarget & { readonly from: readonly string[] })[] | undefined
}

/** SQL for both databases, or another one for each; one that is missing does nothing there. */
export type SqlByDatabase =
  | SqlFragment
  | { readonly sqlite?: SqlFragment | undefined; readonly postgres?: SqlFragment | undefined }

/** A task of a migration: queries by the repo, in the transaction of the migration. */
export type MigrationTask = (repo: Repo<Record<never, never>>) => unknown

const tableRules: OptionRules<TableOptions> = {
  checks: ['conditions by name', isObject],
  foreignKeys: ['a list of foreign keys', Array.isArray],
}

/**
 * Creates a table with the fields of a schema. A default that is a value becomes one of the database too; one that is a
 * function stays the repo's. SQLite tables are `strict`.
 *
 * ```ts
 * createTable('users', { id: id(), email: text(), teamId: reference('teams'), ...timestamps() })
 * ```
 */
export function createTable(table: string, columns: ColumnSpecs, options: TableOptions = {}): Operation {
  checkOptions('createTable', options, tableRules)
  return { kind: 'createTable', table, columns, ...options }
}

/** Drops a table; it can be reversed when `columns` and `options` say what it was. Refused while others point to it. */
export function dropTable(table: string, columns?: ColumnSpecs, options: TableOptions = {}): Operation {
  checkOptions('dropTable', options, tableRules)
  const was = columns && ({ kind: 'createTable', table, columns, ...options } as const)
  return { kind: 'dropTable', table, was }
}

/** Another name for a table. Its indexes and constraints keep theirs. */
export function renameTable(from: string, to: string): Operation {
  return { kind: 'renameTable', from, to }
}

/**
 * Changes a table. What SQLite cannot do in place is done by building the table anew, once for all changes.
 *
 * ```ts
 * alterTable('users', [addColumn('age', integer().nullable()), renameColumn('name', 'fullName')])
 * ```
 */
export function alterTable(table: string, changes: readonly Alteration[]): Operation {
  const stranger = changes.find(({ kind }) => Object.hasOwn(operationKinds, kind))
  if (stranger !== undefined) {
    throw new DbError(
      'ZZZ_DB_MIGRATION',
      `alterTable('${table}'): ${stranger.kind} stands by itself, not in a table`,
    )
  }
  return { kind: 'alterTable', table, changes }
}

/**
 * Runs SQL of your own, one statement: the same on both databases or another one for each. It can be reversed when
 * `reverse` says how.
 */
export function execute(statement: SqlByDatabase, reverse?: SqlByDatabase): Operation {
  return { kind: 'execute', sql: statement, reverse }
}

/**
 * Runs queries: a data migration. It can be reversed when `reverse` says how; `nothing` where there is nothing to undo.
 *
 * ```ts
 * run((repo) => repo.updateAll(from(Users).where((u) => u.role.isNull()), { role: 'member' }), nothing)
 * ```
 */
export function run(task: MigrationTask, reverse?: MigrationTask): Operation {
  return { kind: 'run', task, reverse }
}

/** The reverse of a `run` that leaves nothing to undo. */
export function nothing(): void {}
