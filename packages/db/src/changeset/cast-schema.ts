import { DbError } from '../errors.ts'
import type { JsonSchema } from '../schema/data-type.ts'
import { orNull } from '../schema/json-schema.ts'
import type { AnySchema, Row } from '../schema/schema.ts'
import { type Changeset, change } from './changeset.ts'
import { type ErrorTree, formatError } from './field-error.ts'
import type { FieldName, Params } from './parts.ts'
import type { Validation } from './validation.ts'
import { narrowSchema } from './validation-schema.ts'

/** What is wrong with a value, and where, as Standard Schema says it. */
export interface CastIssue {
  readonly message: string
  readonly path: readonly (string | number)[]
}

/**
 * A cast as a Standard Schema (version 1) with Standard JSON Schema: whatever takes a schema of such a library takes it. What
 * is valid becomes a changeset for a new row, ready for a repo.
 */
export interface CastSchema<S extends AnySchema, C> {
  /** The same cast where it is needed as a changeset: of a new row, or of one that is there. */
  readonly changeset: (params: Params, row?: Row<S>) => C
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'zzz'
    readonly types?: { readonly input: Params; readonly output: C } | undefined
    readonly validate: (
      value: unknown,
    ) => { readonly value: C; readonly issues?: undefined } | { readonly issues: readonly CastIssue[] }
    /** Only the target `draft-2020-12`; throws `ZZZ_DB_UNSUPPORTED` for others. There is none of the output, a changeset. */
    readonly jsonSchema: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>
      readonly output: (options: { readonly target: string }) => Record<string, unknown>
    }
  }
}

/**
 * Makes a Standard Schema of a cast: of the named fields, and of the validations that `build` adds. Its JSON Schema has the
 * types of the fields, and of the validations what JSON Schema can say.
 *
 * ```ts
 * const NewUser = castSchema(User, ['name', 'email'], (user) => user.validateRequired(['name', 'email']))
 * post('/users', { body: NewUser }, async (ctx) => reply(ctx, await repo.insert(ctx.input.body)))
 * ```
 */
export function castSchema<S extends AnySchema, N = unknown>(
  schema: S,
  fields: readonly FieldName<S>[],
  build: (changeset: Changeset<S>) => Changeset<S, N>,
): CastSchema<S, Changeset<S, N>> {
  const changeset = (params: Params, row?: Row<S>) => build(change(schema, row).cast(params, fields))

  return {
    changeset,
    '~standard': {
      version: 1,
      vendor: 'zzz',
      validate(value) {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          return { issues: [{ message: 'must be an object', path: [] }] }
        }
        const made = changeset(value as Params)
        return made.valid ? { value: made } : { issues: toIssues(made.traverseErrors(formatError), []) }
      },
      jsonSchema: {
        input({ target }) {
          checkTarget(target)
          return describeParams(schema, fields, changeset({}).validations)
        },
        output() {
          throw new DbError(
            'ZZZ_DB_UNSUPPORTED',
            'The output of a cast is a changeset, which JSON does not have',
          )
        },
      },
    },
  }
}

/** What a cast of these fields takes, as JSON has it. */
function describeParams(
  schema: AnySchema,
  fields: readonly string[],
  validations: readonly Validation[],
): JsonSchema {
  const named = (kind: Validation['kind']) =>
    validations.filter((rule) => rule.kind === kind).map(({ field }) => field)
  const [required, accepted] = [named('required'), named('acceptance')]
  const properties = fields.map((field) => {
    const { type, nullable } = (schema.fields[field] as AnySchema['fields'][string]).parts
    const rules = validations.filter((rule) => rule.field === field)
    return [field, orNull(narrowSchema(type.json ?? {}, rules), nullable && !required.includes(field))]
  })
  return {
    type: 'object',
    properties: Object.fromEntries([...properties, ...accepted.map((field) => [field, { const: true }])]),
    required: [...new Set([...fields.filter((field) => required.includes(field)), ...accepted])],
  }
}

function checkTarget(target: string): void {
  if (target === 'draft-2020-12') return
  throw new DbError(
    'ZZZ_DB_UNSUPPORTED',
    `JSON Schema of the target ${JSON.stringify(target)}; there is "draft-2020-12"`,
  )
}

function toIssues(tree: ErrorTree, above: readonly (string | number)[]): CastIssue[] {
  return Object.entries(tree).flatMap(([field, errors]) => {
    const path = [...above, field]
    if (errors === undefined) return []
    if (!Array.isArray(errors)) return toIssues(errors, path)
    return errors.flatMap((error, position): CastIssue[] =>
      typeof error === 'string' ? [{ message: error, path }] : toIssues(error, [...path, position]),
    )
  })
}
