import { randomBytes } from 'node:crypto'
import type { AppInfo } from '../../context/app-info.ts'
import type { Context } from '../../context/context.ts'
import { ZzzError } from '../../errors.ts'
import { cookieLimit } from '../../http/cookie.ts'
import { ownText } from '../../internal/own-text.ts'
import { createRecent, type Recent } from '../../internal/recent.ts'
import type { Json } from '../../session/json.ts'
import { type SessionRecord, SessionState } from '../../session/session-state.ts'
import {
  clearCookie,
  expiryOf,
  prolonged,
  type SessionKeeper,
  type SessionTerms,
  setCookie,
} from './session-keeper.ts'

/** What the cookie holds: id, created and expires in seconds since the epoch, values by name. */
type Content = readonly [string, number, number, Readonly<Record<string, Json>>]

/** Cookies whose content is remembered: a visitor sends the same one until the session changes. */
const rememberedCookies = 1000

/** Keeps the whole session in an encrypted cookie; nothing is kept on the server. */
export function cookieKeeper(name: string, terms: SessionTerms): SessionKeeper {
  // With the form of the content: a cookie of another form must not be read as one of this.
  const purpose = `session 1 ${name}`

  /** What an application has decrypted lately. Tokens are looked up whole, so it answers for nobody's but its own. */
  const remembered = new WeakMap<AppInfo, Recent<Content>>()
  function recentOf(ctx: Context): Recent<Content> {
    const known = remembered.get(ctx.app)
    if (known !== undefined) return known
    const recent = createRecent<Content>(rememberedCookies / 2)
    remembered.set(ctx.app, recent)
    return recent
  }

  function decrypt(ctx: Context, token: string): Content | undefined {
    const recent = recentOf(ctx)
    const known = recent.get(token)
    if (known !== undefined) return known
    const text = ctx.app.secrets.decrypt(purpose, token)
    if (text === undefined) return undefined
    // Nobody else can have encrypted it, so it is what `write` made.
    const content = JSON.parse(text) as Content
    recent.set(ownText(token), content)
    return content
  }

  function read(ctx: Context): SessionRecord | undefined {
    const token = ctx.cookie(terms.cookieName(ctx.secure))
    const content = token && decrypt(ctx, token)
    if (content === undefined || content === '') return undefined
    const [id, created, expires, values] = content
    const [createdAt, expiresAt] = [created * 1000, expires * 1000]
    const end = Math.min(expiresAt, createdAt + terms.lifetime)
    return end > terms.clock.now() ? { name: { id, secret: '' }, values, createdAt, expiresAt } : undefined
  }

  function write(ctx: Context, state: SessionState, createdAt: number, expiresAt: number): string {
    const created = Math.floor(createdAt / 1000)
    const content: Content = [
      state.id,
      created,
      Math.ceil(expiresAt / 1000),
      Object.fromEntries(state.values),
    ]
    const token = ctx.app.secrets.encrypt(purpose, JSON.stringify(content))
    const size = token.length + terms.cookieName(ctx.secure).length
    if (size > cookieLimit) throw tooLarge(size, state)
    recentOf(ctx).set(token, content)
    return token
  }

  return {
    open: (ctx) => new SessionState({ load: () => read(ctx), createName }),
    save(ctx, state, reply) {
      const { continued, abandoned, changes, values } = state
      if (values.size === 0) {
        const ended = abandoned !== undefined || (continued !== undefined && changes.size > 0)
        return ended ? clearCookie(ctx, reply, terms) : reply
      }
      const createdAt = continued?.createdAt ?? terms.clock.now()
      const expiresAt = continued === undefined ? expiryOf(createdAt, terms) : prolonged(continued, terms)
      if (continued !== undefined && changes.size === 0 && expiresAt === continued.expiresAt) return reply
      return setCookie(ctx, reply, write(ctx, state, createdAt, expiresAt), expiresAt, terms)
    },
  }
}

function createName() {
  return { id: randomBytes(16).toString('base64url'), secret: '' }
}

function tooLarge(size: number, { values }: SessionState): ZzzError {
  const sizes = [...values].map(([name, value]) => `${name} ${JSON.stringify(value).length}`)
  return new ZzzError(
    'ZZZ_SESSION_TOO_LARGE',
    `The session's cookie would have ${size} bytes, and browsers keep ${cookieLimit}. ` +
      `It holds, in bytes: ${sizes.join(', ')}. Keep what is large in a database, or sessions in a store`,
  )
}
