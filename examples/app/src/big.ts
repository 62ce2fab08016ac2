import type { Context, Reply } from '@zzz/core'

const line = 'The quick brown fox jumps over the lazy dog.\n'
const text = line.repeat(Math.ceil((200 * 1024) / line.length)).slice(0, 200 * 1024)

/** 200 KB of text, of which `compress` leaves very little. */
export const big = (ctx: Context): Reply => ctx.text(text)
