import { DbError } from '../errors.ts'
import type { JsonSchema } from '../schema/data-type.ts'
import { objectSchema } from '../schema/json-schema.ts'
import type { AnySchema } from '../schema/schema.ts'
import { type Changeset, change } from './changeset.ts'
import { type ErrorTree, formatError } from './field-error.ts'
import type { FieldName, Params } from './parts.ts'

/** What is wrong with a value, and where, as Standard Schema says it. */
export interface CastIssue {
  readonly message: string
  readonly path: readonly (string | number)[]
}

/**
 * A cast as a Standard Schema (version 1) with Standard JSON Schema: whatever takes a schema of such a library takes it. What
 * is valid becomes a changeset, ready for a repo.
 */
export interface CastSchema<C> {
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
 * types of the fields, and requires those that `build` does.
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
): CastSchema<Changeset<S, N>> {
  const run = (params: Params) => build(change(schema).cast(params, fields))

  function input({ target }: { readonly target: string }): JsonSchema {
    checkTarget(target)
    const { errors } = run({})
    const required = fields.filter((field) =>
      errors[field]?.some(({ params }) => params.validation === 'required'),
    )
    const named = fields.map((field) => {
      const { type, nullable } = (schema.fields[field] as AnySchema['fields'][string]).parts
      return { field, type, nullable: nullable && !required.includes(field) }
    })
    return objectSchema(named, required)
  }

  return {
    '~standard': {
      version: 1,
      vendor: 'zzz',
      validate(value) {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          return { issues: [{ message: 'must be an object', path: [] }] }
        }
        const changeset = run(value as Params)
        return changeset.valid
          ? { value: changeset }
          : { issues: toIssues(changeset.traverseErrors(formatError), []) }
      },
      jsonSchema: {
        input,
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
    if (!Array.isArray(errors)) return toIssues(errors, path)
    return errors.flatMap((error, position): CastIssue[] =>
      typeof error === 'string' ? [{ message: error, path }] : toIssues(error, [...path, position]),
    )
  })
}
