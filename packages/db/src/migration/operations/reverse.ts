import { DbError } from '../../errors.ts'
import type { Alteration } from './alteration.ts'
import type { Operation } from './operation.ts'
import { indexName } from './table-index.ts'

/** The operations that undo others, the last one first. Throws `ZZZ_DB_MIGRATION_IRREVERSIBLE`. */
export function reverseAll(operations: readonly Operation[]): Operation[] {
  return operations.map(reverse).reverse()
}

function reverse(operation: Operation): Operation {
  switch (operation.kind) {
    case 'createTable':
      return { kind: 'dropTable', table: operation.table, was: operation }
    case 'dropTable':
      return operation.was ?? irreversible(`dropTable('${operation.table}')`, 'the columns that it had')
    case 'renameTable':
      return { kind: 'renameTable', from: operation.to, to: operation.from }
    case 'alterTable': {
      const { table, changes } = operation
      return { kind: 'alterTable', table, changes: changes.map((one) => reverseChange(table, one)).reverse() }
    }
    case 'createIndex':
      return {
        kind: 'dropIndex',
        table: operation.table,
        name: indexName(operation),
        concurrently: operation.concurrently === true,
        was: operation,
      }
    case 'dropIndex':
      return operation.was ?? irreversible(`dropIndexNamed('${operation.name}')`, 'its columns, by dropIndex')
    case 'execute':
      if (operation.reverse === undefined) irreversible('execute(…)', 'SQL that undoes it')
      return { kind: 'execute', sql: operation.reverse, reverse: operation.sql }
    case 'run':
      if (operation.reverse === undefined) irreversible('run(…)', 'a task that undoes it, or nothing')
      return { kind: 'run', task: operation.reverse, reverse: operation.task }
  }
}

function reverseChange(table: string, change: Alteration): Alteration {
  switch (change.kind) {
    case 'addColumn':
      return { ...change, kind: 'dropColumn' }
    case 'dropColumn': {
      const { column, spec } = change
      return spec === undefined
        ? irreversible(`dropColumn('${column}') of ${table}`, 'the field that it was')
        : { kind: 'addColumn', column, spec }
    }
    case 'renameColumn':
      return { kind: 'renameColumn', from: change.to, to: change.from }
    case 'changeColumn': {
      const { from, to, using, reverseUsing } = change
      return { ...change, from: to, to: from, using: reverseUsing, reverseUsing: using }
    }
    case 'addCheck':
      return { kind: 'dropCheck', name: change.name, condition: change.condition }
    case 'dropCheck': {
      const { name, condition } = change
      return condition === undefined
        ? irreversible(`dropCheck('${name}') of ${table}`, 'the condition that it was')
        : { kind: 'addCheck', name, condition, validate: true }
    }
    case 'addForeignKey': {
      const { columns, target } = change
      return { kind: 'dropForeignKey', columns, target, name: target.name }
    }
    case 'dropForeignKey': {
      const { columns, target } = change
      return target === undefined
        ? irreversible(`dropForeignKey(${columns}) of ${table}`, 'where it led')
        : { kind: 'addForeignKey', columns, target }
    }
    case 'validateConstraint':
      return change
  }
}

function irreversible(what: string, missing: string): never {
  throw new DbError(
    'ZZZ_DB_MIGRATION_IRREVERSIBLE',
    `${what} cannot be reversed: give it ${missing}, or export up and down instead of change`,
  )
}
