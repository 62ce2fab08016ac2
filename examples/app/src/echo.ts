import type { Context, Reply } from '@zzz/core'

export const describe = (ctx: Context): Reply => ctx.text('POST a body here and it comes back as it is.\n')

/** Sends the request's body back while it arrives; nothing is buffered, whatever its size. */
export const stream = (ctx: Context): Reply =>
  ctx.stream(ctx.request.body, { type: ctx.header('content-type') ?? 'application/octet-stream' })
