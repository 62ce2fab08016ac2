import type { Context, Reply } from '@zzz/core'

/** `id` is of the path; `name` comes from the body, or else from the query. */
export const show = async (ctx: Context<{ id: string }>): Promise<Reply> =>
  ctx.json({ id: await ctx.param('id'), name: (await ctx.param('name')) ?? null })
