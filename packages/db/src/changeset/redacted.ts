import type { AnySchema } from '../schema/schema.ts'

/** A confirmation is as secret as what it confirms. */
export function hideRedacted({ fields }: AnySchema, values: object): object {
  const entries = Object.entries(values).map(([name, value]) => {
    const field = name.replace(/Confirmation$/, '')
    const secret = [name, field].some((each) => Object.hasOwn(fields, each) && fields[each]?.parts.redacted)
    return [name, secret ? '[redacted]' : value]
  })
  return Object.fromEntries(entries)
}
