import type { Operation } from './operation.ts'

/** An operation in a message: `createTable('users')`. */
export function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'createIndex':
    case 'dropIndex':
    case 'createTable':
    case 'dropTable':
    case 'alterTable':
      return `${operation.kind}('${operation.table}')`
    case 'renameTable':
      return `renameTable('${operation.from}', '${operation.to}')`
    case 'execute':
    case 'run':
      return `${operation.kind}(…)`
  }
}
