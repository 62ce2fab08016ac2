import type { ConstraintFacts, ConstraintKind } from '../errors.ts'

/** A constraint of the database that becomes the error of a field. */
export interface ConstraintRule {
  readonly kind: ConstraintKind
  readonly field: string
  /** The constraint's or index's name; undefined finds it by the columns. */
  readonly name: string | undefined
  /** The columns that it is about, where there is no name. */
  readonly columns: readonly string[]
  readonly message: string
}

/** Options of the constraints of a changeset. */
export interface ConstraintOptions {
  /** The constraint's or index's name, where its columns do not tell. */
  readonly name?: string | undefined
  readonly message?: string | undefined
}

/** A database that names the constraint decides by its name; else the columns do, and SQLite's foreign keys have none. */
export function meets(rule: ConstraintRule, facts: ConstraintFacts): boolean {
  if (rule.kind !== facts.kind) return false
  if (rule.name !== undefined && facts.constraint !== undefined) return rule.name === facts.constraint
  if (rule.kind === 'foreignKey' && facts.constraint === undefined) return true
  return (
    rule.columns.length === facts.columns.length && rule.columns.every((name, i) => name === facts.columns[i])
  )
}
