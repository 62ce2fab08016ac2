import { inspect } from 'node:util'
import type { DataType } from '../schema/data-type.ts'
import type { AnySchema } from '../schema/schema.ts'
import { embedsOf } from '../schema/types/embedded.ts'
import type { ChangesetParts } from './parts.ts'

/** Makes changesets print without the values of redacted fields. */
export function printAs(prototype: object): void {
  Object.defineProperty(prototype, inspect.custom, {
    value(this: ChangesetParts<AnySchema> & { readonly valid: boolean }): object {
      const { schema, data, changes, params, errors, nested, valid } = this
      // What was sent for associated rows is in their own changesets, which know what is secret.
      const shown = Object.fromEntries(Object.entries(params).filter(([name]) => !isNestedName(schema, name)))
      const hide = (values: object | undefined) => values && hideRedacted(schema, values)
      return {
        schema: schema.name,
        data: hide(data),
        changes: hide(changes),
        params: hide(shown),
        errors,
        nested,
        valid,
      }
    },
  })
}

/** A confirmation is as secret as what it confirms. */
function hideRedacted({ fields }: AnySchema, values: object): object {
  const entries = Object.entries(values).map(([name, value]) => {
    const field = name.replace(/Confirmation$/, '')
    const secret = [name, field].some((each) => Object.hasOwn(fields, each) && fields[each]?.parts.redacted)
    return [name, secret ? '[redacted]' : hideEmbedded(fields[name]?.parts.type, value)]
  })
  return Object.fromEntries(entries)
}

function hideEmbedded(type: DataType<unknown> | undefined, value: unknown): unknown {
  const embeds = type === undefined ? undefined : embedsOf(type)
  if (embeds === undefined || typeof value !== 'object' || value === null) return value
  return Array.isArray(value)
    ? value.map((row) => hideRedacted(embeds.schema, row))
    : hideRedacted(embeds.schema, value)
}

/** Whether a name stands for associated or embedded rows. */
function isNestedName({ associations, fields }: AnySchema, name: string): boolean {
  if (Object.hasOwn(associations, name)) return true
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  return field !== undefined && embedsOf(field.parts.type) !== undefined
}
