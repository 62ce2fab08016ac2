import type { Changeset } from '../changeset/changeset.ts'
import { hasChanges, type Nested, type NestedChange, stays } from '../changeset/nested.ts'
import { DbError } from '../errors.ts'
import type { ManyToMany } from '../schema/association.ts'
import { resolveJoin, resolveLink } from '../schema/link.ts'
import type { AnyRow, AnySchema } from '../schema/schema.ts'
import { comparableKey } from './key.ts'
import { refusedBy } from './lock.ts'

type AnyChangeset = Changeset<AnySchema>

/** Writes of single rows, which throw when a constraint or a lock refuses them. */
export interface RowWriter {
  insert(schema: AnySchema, values: AnyRow): Promise<AnyRow>
  /** Writes the changes and `more`; `always` writes even where there are none. */
  update(changeset: AnyChangeset, more: AnyRow, always: boolean): Promise<AnyRow>
  delete(changeset: AnyChangeset): Promise<unknown>
  /** Deletes the rows whose fields have these values. */
  deleteBy(schema: AnySchema, values: AnyRow): Promise<unknown>
}

/** Leaves the transaction of a write that was refused, with the changeset that says why. */
export class Refused {
  readonly changeset: AnyChangeset

  constructor(changeset: AnyChangeset) {
    this.changeset = changeset
  }
}

/** Writes a changeset, and values of its owner's, with its associated rows; gives the row with these. */
export type WriteNested = (
  changeset: AnyChangeset,
  verb: 'insert' | 'update',
  more: AnyRow,
) => Promise<AnyRow>

/**
 * Writes a changeset with its associated rows: the rows it points to, then itself, then those that point to it. Runs in a
 * transaction; throws `Refused` when a constraint that a changeset names, or its lock, refuses its row.
 */
export function createNestedWrites(rows: RowWriter, find: (name: string) => AnySchema): WriteNested {
  async function write(changeset: AnyChangeset, verb: 'insert' | 'update', more: AnyRow): Promise<AnyRow> {
    const nested = associatedOf(changeset)
    const loaded: Record<string, unknown> = {}
    const given: Record<string, unknown> = { ...more }
    const pointedTo = nested.filter(([name]) => kindOf(changeset, name) === 'belongsTo')
    for (const [name, each] of pointedTo) {
      const { field, targetField } = resolveLink(changeset.schema, name, each.schema)
      const [target = null] = await writeStaying(changeset, name, each, () => ({}))
      loaded[name] = target
      const key = target === null ? null : target[targetField]
      if (isSame(currentOf(changeset, field), key)) continue
      if (field in changeset.changes) throw bothChange(changeset, name, field)
      given[field] = key
    }
    const row = await writeSelf(changeset, verb, given)
    for (const [, each] of pointedTo) await deleteGone(each)
    for (const [name, each] of nested) {
      const kind = kindOf(changeset, name)
      if (kind === 'belongsTo') continue
      const values = await (kind === 'manyToMany' ? writeJoined : writePointing)(changeset, name, each, row)
      loaded[name] = each.many ? values : (values[0] ?? null)
    }
    return { ...row, ...loaded }
  }

  async function writeSelf(
    changeset: AnyChangeset,
    verb: 'insert' | 'update',
    more: AnyRow,
  ): Promise<AnyRow> {
    try {
      if (verb === 'insert') return await rows.insert(changeset.schema, { ...changeset.changes, ...more })
      const touched =
        changeset.lock !== undefined && associatedOf(changeset).some(([, each]) => hasChanges(each))
      return await rows.update(changeset, more, touched)
    } catch (error) {
      const known = refusedBy(changeset, error)
      throw known === undefined ? error : new Refused(known)
    }
  }

  /** Writes the rows that stay, in their order. A refusal of one becomes one of the changeset around it. */
  async function writeStaying(
    changeset: AnyChangeset,
    name: string,
    { changes }: Nested,
    moreOf: (change: NestedChange) => AnyRow,
  ): Promise<AnyRow[]> {
    const written: AnyRow[] = []
    for (const [position, change] of changes.entries()) {
      if (!stays(change)) continue
      try {
        written.push(
          await write(change.changeset, change.action === 'insert' ? 'insert' : 'update', moreOf(change)),
        )
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        throw new Refused(changeset.withNested(name, position, error.changeset))
      }
    }
    return written
  }

  /** Rows of `hasMany` and `hasOne`: they have the key of their owner. Those that go go first, to make room. */
  async function writePointing(
    changeset: AnyChangeset,
    name: string,
    nested: Nested,
    owner: AnyRow,
  ): Promise<AnyRow[]> {
    const { field, targetField } = resolveLink(changeset.schema, name, nested.schema)
    for (const { action, changeset: gone } of nested.changes) {
      if (action === 'unlink') await rows.update(gone, { [targetField]: null }, false)
    }
    await deleteGone(nested)
    return writeStaying(changeset, name, nested, ({ changeset: child }) =>
      isSame(currentOf(child, targetField), owner[field]) ? {} : { [targetField]: owner[field] },
    )
  }

  /** Rows of `manyToMany`: the table in between says which. */
  async function writeJoined(
    changeset: AnyChangeset,
    name: string,
    nested: Nested,
    owner: AnyRow,
  ): Promise<AnyRow[]> {
    const { through } = changeset.schema.associations[name] as ManyToMany
    const join = resolveJoin(changeset.schema, name, find(through), nested.schema)
    const { middle, toOwner, toTarget, ownKey, targetKey } = join
    const pair = (target: AnyRow) => ({ [toOwner]: owner[ownKey], [toTarget]: target[targetKey] })
    for (const { action, changeset: gone } of nested.changes) {
      if (action === 'unlink') await rows.deleteBy(middle, pair(gone.data as AnyRow))
    }
    const written = await writeStaying(changeset, name, nested, () => ({}))
    const staying = nested.changes.filter(stays)
    for (const [position, target] of written.entries()) {
      if (staying[position]?.action !== 'update') await rows.insert(middle, pair(target))
    }
    return written
  }

  async function deleteGone({ changes }: Nested): Promise<void> {
    for (const { action, changeset } of changes) {
      if (action === 'delete') await rows.delete(changeset)
    }
  }

  return write
}

/** The changes to associated rows; those that are embedded are in a field already. */
export function associatedOf({ schema, nested }: AnyChangeset): [string, Nested][] {
  return Object.entries(nested).filter(([name]) => Object.hasOwn(schema.associations, name))
}

function kindOf({ schema }: AnyChangeset, name: string): string | undefined {
  return schema.associations[name]?.kind
}

/** The value of a field as it is written without its owner. */
function currentOf({ data, changes }: AnyChangeset, field: string): unknown {
  return field in changes ? (changes as AnyRow)[field] : (data as AnyRow | undefined)?.[field]
}

function isSame(one: unknown, other: unknown): boolean {
  return comparableKey(one ?? null) === comparableKey(other ?? null)
}

function bothChange({ schema }: AnyChangeset, name: string, field: string): DbError {
  return new DbError(
    'ZZZ_DB_ASSOCIATION',
    `${schema.name}.${name}: the changeset changes the field ${field} and the association: leave one of them out`,
  )
}
