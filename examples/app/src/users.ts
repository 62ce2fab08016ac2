import type { Context, Reply } from '@zzz/core'

export const show = (ctx: Context<{ id: string }>): Reply => ctx.text(`User ${ctx.params.id}\n`)
