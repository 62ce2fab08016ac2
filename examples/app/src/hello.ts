import type { Context, Reply } from '@zzz/core'

export const text = (ctx: Context): Reply => ctx.text('Hello from zzz!\n')

export const json = (ctx: Context): Reply => ctx.json({ message: 'Hello from zzz!', framework: 'zzz' })
