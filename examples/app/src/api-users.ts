import { type Context, HttpError, offsetPagination, type Reply } from '@zzz/core'
import { type Changeset, escapeLike, from, or, type Params, type Row } from '@zzz/db'
import { readId } from './id.ts'
import { apiUserPath } from './paths.ts'
import { repo } from './repo.ts'
import { User, userChangeset } from './schemas/user.ts'

const pages = offsetPagination({ perPage: 20, maxPerPage: 100, perPageName: 'per_page' })

/** `?q=` finds in names and addresses, `?page=` and `?per_page=` choose from what was found. */
export async function index(ctx: Context): Promise<Reply> {
  const page = pages.read(ctx)
  const found = search(ctx.query.get('q') ?? '')
  const rows = found
    .orderBy((user) => user.id.asc())
    .limit(page.limit)
    .offset(page.offset)
  const [data, total] = await Promise.all([repo.all(rows), repo.count(found)])
  const reply = ctx.json({ data, page: page.page, per_page: page.perPage, total })
  return pages.link(ctx, reply, page, { total })
}

export const show = async (ctx: Context<{ id: string }>): Promise<Reply> => ctx.json(await find(ctx))

export async function create(ctx: Context): Promise<Reply> {
  const created = await repo.insert(userChangeset(await params(ctx)))
  if (!created.ok) return refused(ctx, created.changeset)
  const user = created.value
  return ctx.json(user, 201).header('location', apiUserPath.url({ id: user.id }))
}

export async function update(ctx: Context<{ id: string }>): Promise<Reply> {
  const user = await find(ctx)
  const updated = await repo.update(userChangeset(await params(ctx), user))
  return updated.ok ? ctx.json(updated.value) : refused(ctx, updated.changeset)
}

export async function remove(ctx: Context<{ id: string }>): Promise<Reply> {
  const id = readId(ctx.params.id)
  const deleted = id === undefined ? 0 : await repo.deleteAll(from(User).where((user) => user.id.eq(id)))
  if (deleted === 0) throw noSuchUser()
  return ctx.empty()
}

/** Minds no case; in SQLite that holds for the letters a to z. */
function search(text: string) {
  if (text.includes('\0')) throw new HttpError(400, 'The query says a q with a NUL, which no text has')
  const pattern = `%${escapeLike(text)}%`
  return from(User).where((user) => or(user.name.ilike(pattern), user.email.ilike(pattern)))
}

async function find(ctx: Context<{ id: string }>): Promise<Row<typeof User>> {
  const id = readId(ctx.params.id)
  const user = id === undefined ? undefined : await repo.get(User, id)
  if (user === undefined) throw noSuchUser()
  return user
}

const noSuchUser = () => new HttpError(404, 'There is no such user')

/** The body: JSON, and an object. */
async function params(ctx: Context): Promise<Params> {
  const body = await ctx.request.json()
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Params
  throw new HttpError(422, 'The body is no object', { errors: { body: ['should be an object'] } })
}

const refused = (ctx: Context, changeset: Changeset<typeof User>): Reply =>
  ctx.json({ errors: changeset.traverseErrors() }, 422)
