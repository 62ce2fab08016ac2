import type { AnyRow, AnySchema } from '../schema/schema.ts'
import type { Changeset } from './changeset.ts'
import { type CastAssocOptions, childParams, childrenParams } from './child-params.ts'
import type { FieldError } from './field-error.ts'
import { type Nested, type NestedChange, stays } from './nested.ts'
import type { Params } from './parts.ts'
import { keyOf, planChildren, planNothing, planReplaced, type Step, type Target } from './plan.ts'

/** What the changes to an association came to: the changes, an error of the field, or both. */
export interface NestedOutcome {
  readonly nested?: Nested
  readonly error?: FieldError
}

/** Makes the changeset of an associated row; without `params` it changes nothing. */
export type MakeChild = (row: AnyRow | undefined, params: Params | undefined) => Changeset<AnySchema>

/** Takes what was sent for an association. */
export function castNested(
  target: Target,
  name: string,
  params: Params,
  options: CastAssocOptions,
  make: MakeChild,
): NestedOutcome {
  const { required = false, requiredMessage = `can't be blank`, message = 'is invalid', max = 1000 } = options
  const invalid = { error: { message, params: { validation: 'assoc' } } }
  const sent = target.many ? childrenParams(params, name, options) : childParams(params, name)
  if (sent === 'invalid') return invalid
  const children = toList(sent)
  if (children.length > max) {
    return {
      error: { message: 'should have at most %{count} items', params: { validation: 'assoc', count: max } },
    }
  }
  const steps = sent === undefined ? planNothing(target) : planChildren(target, children)
  if (steps === 'invalid') return invalid
  const nested = toNested(
    target,
    steps.map((step) => toChange(step, make)),
  )
  return !required || nested.changes.some(stays)
    ? { nested }
    : { nested, error: { message: requiredMessage, params: { validation: 'required' } } }
}

/** Makes an association have exactly these rows, and says what becomes of those that it has now. */
export function putNested(
  target: Target,
  children: readonly Changeset<AnySchema>[],
  make: MakeChild,
): NestedOutcome {
  const { schema, current } = target
  const left = new Map(current.map((row) => [keyOf(schema, row), row]))
  const put = children.map((changeset): NestedChange => {
    const key = changeset.data === undefined ? undefined : keyOf(schema, changeset.data)
    return { action: key === undefined ? 'insert' : left.delete(key) ? 'update' : 'link', changeset }
  })
  const replaced = planReplaced(target, [...left.values()])
  if (replaced === 'invalid') return { error: { message: 'is invalid', params: { validation: 'assoc' } } }
  return { nested: toNested(target, [...put, ...replaced.map((step) => toChange(step, make))]) }
}

function toList(sent: Params | readonly Params[] | null | undefined): readonly Params[] {
  if (sent === null || sent === undefined) return []
  return Array.isArray(sent) ? sent : [sent as Params]
}

function toChange({ action, row, params }: Step, make: MakeChild): NestedChange {
  return { action, changeset: make(row, params) }
}

function toNested({ schema, many }: Target, changes: readonly NestedChange[]): Nested {
  return { schema, many, changes }
}
