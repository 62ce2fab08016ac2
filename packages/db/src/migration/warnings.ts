import { isInPlace } from './apply.ts'
import type { Alteration } from './operations/alteration.ts'
import { toColumn } from './operations/column.ts'
import type { Operation } from './operations/operation.ts'

/** What among operations locks a table that may be large, loses data, or breaks code that still runs. */
export function warningsOf(database: 'sqlite' | 'postgres', operations: readonly Operation[]): string[] {
  // Nobody uses a table that was made a moment ago.
  const fresh = new Set(operations.flatMap((one) => (one.kind === 'createTable' ? [one.table] : [])))
  return operations.flatMap((operation) => {
    if ('table' in operation && fresh.has(operation.table)) return []
    return warnings(database, operation)
  })
}

function warnings(database: 'sqlite' | 'postgres', operation: Operation): string[] {
  switch (operation.kind) {
    case 'dropTable':
      return [`drops the table ${operation.table} with all its rows`]
    case 'renameTable':
      return [`renames ${operation.from}: code that still runs does not find it`]
    case 'createIndex':
      if (database === 'sqlite' || operation.concurrently === true) return []
      return [`nobody can write to ${operation.table} while its index is made: make it concurrently`]
    case 'alterTable': {
      const { table, changes } = operation
      const rebuilt = database === 'sqlite' && !changes.every(isInPlace)
      return [
        ...(rebuilt ? [`builds ${table} anew: nobody can write while its rows are copied`] : []),
        ...changes.flatMap((change) => changeWarnings(database, table, change)),
      ]
    }
    default:
      return []
  }
}

function changeWarnings(database: 'sqlite' | 'postgres', table: string, change: Alteration): string[] {
  switch (change.kind) {
    case 'dropColumn':
      return [`drops the column ${table}.${change.column} with its values`]
    case 'renameColumn':
      return [`renames ${table}.${change.from}: code that still runs does not find it`]
    case 'addColumn': {
      const { field, default: made } = toColumn(table, change.column, change.spec)
      const { nullable, default: given } = field.parts
      const filled = nullable || made !== undefined || (given !== undefined && 'value' in given)
      return filled
        ? []
        : [
            `${table}.${change.column} has neither nullable() nor a default that is a value: a table with rows refuses it`,
          ]
    }
    default:
      return database === 'postgres' ? postgresWarnings(table, change) : []
  }
}

function postgresWarnings(table: string, change: Alteration): string[] {
  switch (change.kind) {
    case 'changeColumn': {
      const [from, to] = [change.from, change.to].map(
        (spec) => toColumn(table, change.column, spec).field.parts,
      )
      const converts = from?.type.postgres.column !== to?.type.postgres.column || change.using !== undefined
      if (converts)
        return [
          `another type for ${table}.${change.column}: nobody can use the table while its rows are written anew`,
        ]
      const stricter = from?.nullable === true && to?.nullable === false
      return stricter
        ? [`not null for ${table}.${change.column}: nobody can use the table while its rows are looked at`]
        : []
    }
    case 'addCheck':
    case 'addForeignKey': {
      const validates = change.kind === 'addCheck' ? change.validate : change.target.validate !== false
      const what = change.kind === 'addCheck' ? 'check' : 'foreign key'
      return validates
        ? [
            `nobody can write to ${table} while the rows are looked at for its new ${what}: add it with validate: false, then validateConstraint() in a migration of its own`,
          ]
        : []
    }
    default:
      return []
  }
}
