import type { JsonSchema } from '../schema/data-type.ts'
import type { LengthLimits, NumberLimits, Validation } from './validation.ts'

/**
 * The JSON Schema of a field's type, narrowed by the rules that the field has to meet. What JSON Schema cannot say of them
 * is left out: it may describe more than is taken, and never less.
 */
export function narrowSchema(type: JsonSchema, rules: readonly Validation[]): JsonSchema {
  return rules.reduce<JsonSchema>((schema, rule) => both(schema, keywords(type, rule)), type)
}

/** Both hold. What uses the same keywords stands in `allOf`. */
function both(schema: JsonSchema, more: JsonSchema): JsonSchema {
  if (!Object.keys(more).some((key) => key in schema)) return { ...schema, ...more }
  return { ...schema, allOf: [...((schema.allOf as JsonSchema[] | undefined) ?? []), more] }
}

function keywords(type: JsonSchema, rule: Validation): JsonSchema {
  switch (rule.kind) {
    case 'required':
      return isText(type) ? { minLength: 1 } : {}
    case 'format':
      return isText(type) && isPortable(rule.format) ? { pattern: rule.format.source } : {}
    case 'length':
      return lengthKeywords(type, rule.limits)
    case 'number':
      return type.type === 'integer' || type.type === 'number' ? numberKeywords(rule.limits) : {}
    case 'inclusion':
      return isPlain(type, rule.list) ? { enum: rule.list } : {}
    case 'exclusion':
      return isPlain(type, rule.list) ? { not: { enum: rule.list } } : {}
    default:
      return {}
  }
}

/** A text that is taken as it was sent: a UUID, a decimal or an instant is brought into one form, and bytes are base64. */
function isText({ type, format, pattern, contentEncoding }: JsonSchema): boolean {
  return type === 'string' && (format ?? pattern ?? contentEncoding) === undefined
}

function isPlain(type: JsonSchema, list: readonly unknown[]): boolean {
  const plain = isText(type) || 'enum' in type || /^(?:integer|number|boolean)$/.test(String(type.type))
  return plain && list.every((value) => ['string', 'number', 'boolean'].includes(typeof value))
}

/** JSON Schema knows expressions with the flag `u` alone. */
function isPortable({ source, flags }: RegExp): boolean {
  if (/[^dgu]/.test(flags)) return false
  try {
    return new RegExp(source, 'u') instanceof RegExp
  } catch {
    return false
  }
}

/** Both count a text in code points. */
function lengthKeywords(type: JsonSchema, { min, max, is }: LengthLimits): JsonSchema {
  const [least, most] = [is ?? min, is ?? max]
  if (isText(type)) return given({ minLength: least, maxLength: most })
  return type.type === 'array' ? given({ minItems: least, maxItems: most }) : {}
}

function numberKeywords(limits: NumberLimits): JsonSchema {
  return given({
    minimum: limits.min,
    maximum: limits.max,
    exclusiveMinimum: limits.greaterThan,
    exclusiveMaximum: limits.lessThan,
    const: limits.equalTo,
  })
}

/** The limits that there are; JSON has no bigint and no infinity. */
function given(limits: Readonly<Record<string, number | bigint | undefined>>): JsonSchema {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => Number.isFinite(limit)))
}
