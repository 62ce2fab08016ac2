// Type tests of pagination by cursor: each thing that is accepted has a twin that is refused.
import type { Reply } from '../../http/reply.ts'
import type { Context } from '../context.ts'
import { cursorPagination } from './cursor-pagination.ts'

declare const ctx: Context<{ id: string }>
declare const reply: Reply

// A cursor is what `parse` makes of it.
const pages = cursorPagination({ parse: (value) => (typeof value === 'number' ? value : undefined) })
const page = pages.read(ctx)
page.after?.toFixed()
// @ts-expect-error it is no text
page.after?.trim()
// @ts-expect-error there may be none
page.before.toFixed()

pages.link(ctx, reply, page, { next: 1, prev: undefined })
// @ts-expect-error not another kind of cursor
pages.link(ctx, reply, page, { next: 'a' })
// @ts-expect-error a client's value is unknown until it is looked at
cursorPagination({ parse: (value) => value.id })
// @ts-expect-error without it there is no cursor
cursorPagination({ signed: true })
