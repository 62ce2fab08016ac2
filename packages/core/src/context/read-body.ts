import { typeOf } from '../http/body/content-type.ts'
import { isJsonType } from '../http/body/json.ts'
import { isFormType } from '../http/body/read-form.ts'
import type { Request } from '../http/request.ts'

/** What looking for a parameter needs of a context. */
interface ParamSource {
  readonly request: Request
  readonly params: object
  readonly query: URLSearchParams
  body(): Promise<unknown>
}

/** Reads a body by its content type; see `Context.body`. */
export async function readBody(request: Request): Promise<unknown> {
  if (request.body.length === 0) return undefined
  const type = typeOf(request.headers)
  if (isJsonType(type)) return request.json()
  if (isFormType(type)) return (await request.form()).values
  if (/^text\/|[/+]xml$/.test(type)) return request.text()
  const bytes = await request.bytes()
  return bytes.length === 0 ? undefined : bytes
}

/** Looks for a parameter in path, body and query; see `Context.param`. */
export async function readParam(ctx: ParamSource, name: string): Promise<string | undefined> {
  if (Object.hasOwn(ctx.params, name)) return (ctx.params as Record<string, string>)[name]
  return (await bodyParam(ctx, name)) ?? ctx.query.get(name) ?? undefined
}

async function bodyParam(ctx: ParamSource, name: string): Promise<string | undefined> {
  const { request } = ctx
  if (request.body.length === 0) return undefined
  const type = typeOf(request.headers)
  if (isFormType(type)) return (await request.form()).get(name)
  return isJsonType(type) ? memberOf(await ctx.body(), name) : undefined
}

/** A member of a JSON object as text; undefined for one that is no single value. */
function memberOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  const member = (value as Record<string, unknown>)[name]
  if (typeof member === 'string') return member
  return typeof member === 'number' || typeof member === 'boolean' ? String(member) : undefined
}
