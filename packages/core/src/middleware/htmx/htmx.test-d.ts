import type { Context } from '../../context/context.ts'
import type { Html } from '../../template/html.ts'
import { htmx } from './htmx.ts'
import { htmxKey } from './htmx-context.ts'
import { htmxScriptTag } from './script-tag.ts'

declare const ctx: Context
declare const part: Html
const hx = ctx.get(htmxKey)

hx.trigger('saved', { id: 7 })
  .triggerAfterSwap('b')
  .pushUrl(false)
  .retarget('#x')
  .oob('#y', part, 'beforeend')
hx.reswap('outerHTML').reswap('innerHTML swap:1s').oob('#y', 'text')
const page: Html = htmxScriptTag(ctx)
htmx({ version: 4, script: { file: new URL('file:///htmx.js') }, config: { transitions: true } })
htmx({ script: { src: '/htmx.js', integrity: undefined }, redirects: undefined })
export const target: string | undefined = hx.target
export { page }

// @ts-expect-error no way to swap
hx.reswap('outer')
// @ts-expect-error an address, or false
hx.pushUrl(true)
// @ts-expect-error what comes from the client is read only
hx.request = true
// @ts-expect-error text or Html, nothing that prints itself
hx.oob('#y', new URL('http://localhost/'))
// @ts-expect-error a reply is no direction
hx.redirect('/').trigger('x')
// @ts-expect-error there is no htmx 3
htmx({ version: 3 })
// @ts-expect-error nothing that names no script
htmx({ script: { integrity: 'sha256-x' } })
