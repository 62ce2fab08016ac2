import type { DataType } from '../schema/data-type.ts'
import type { AnySchema } from '../schema/schema.ts'
import { embedsOf } from '../schema/types/embedded.ts'

/** A confirmation is as secret as what it confirms. */
export function hideRedacted({ fields }: AnySchema, values: object): object {
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
export function isNestedName({ associations, fields }: AnySchema, name: string): boolean {
  if (Object.hasOwn(associations, name)) return true
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  return field !== undefined && embedsOf(field.parts.type) !== undefined
}
