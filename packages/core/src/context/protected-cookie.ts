import { type CookieOptions, cookieRules } from '../http/cookie.ts'
import { cookieNames } from '../http/cookie-name.ts'
import type { Reply } from '../http/reply.ts'
import { checkOptions } from '../internal/options.ts'
import type { Context } from './context.ts'

/** A cookie that only this application can have written. */
export interface ProtectedCookie {
  readonly name: string
  /** Its value; undefined when there is none, or one that was forged, changed, or has outlived its `maxAge`. */
  get(ctx: Context): string | undefined
  /** Sets it on a reply, and gives the reply back. Throws `ZZZ_COOKIE_TOO_LARGE`, and `ZZZ_SECRET_KEY` without a key. */
  set(ctx: Context, reply: Reply, value: string): Reply
  /** Deletes it, and gives the reply back. */
  clear(ctx: Context, reply: Reply): Reply
}

/** Options of a protected cookie. `maxAge` is kept by the browser, and enforced by the application. */
export type ProtectedCookieOptions = Omit<CookieOptions, 'expires'>

const { expires: _, ...optionRules } = cookieRules

/**
 * A cookie that its user can read and not change. Over HTTPS its name has the prefix `__Host-`, where path and domain allow
 * it. Throws `ZZZ_OPTION_INVALID`.
 *
 * ```ts
 * const lastSeen = signedCookie('last_seen', { maxAge: 86_400 })
 * const seen = lastSeen.get(ctx)
 * return lastSeen.set(ctx, ctx.html(page), '2026-11-22')
 * ```
 */
export function signedCookie(name: string, options: ProtectedCookieOptions = {}): ProtectedCookie {
  return protectedCookie('signedCookie', name, options, {
    seal: ({ app }, purpose, value, maxAge) => app.secrets.sign(purpose, value, { maxAge }),
    open: ({ app }, purpose, token) => app.secrets.verify(purpose, token),
  })
}

/** A cookie that its user can neither read nor change; see `signedCookie`. */
export function encryptedCookie(name: string, options: ProtectedCookieOptions = {}): ProtectedCookie {
  return protectedCookie('encryptedCookie', name, options, {
    seal: ({ app }, purpose, value, maxAge) => app.secrets.encrypt(purpose, value, { maxAge }),
    open: ({ app }, purpose, token) => app.secrets.decrypt(purpose, token),
  })
}

interface Protection {
  seal(ctx: Context, purpose: string, value: string, maxAge: number | undefined): string
  open(ctx: Context, purpose: string, token: string): string | undefined
}

function protectedCookie(
  where: string,
  name: string,
  options: ProtectedCookieOptions,
  { seal, open }: Protection,
): ProtectedCookie {
  checkOptions<ProtectedCookieOptions>(`${where} ${JSON.stringify(name)}`, options, optionRules)
  const nameFor = cookieNames(name, options)
  const purpose = `cookie ${name}`
  return Object.freeze<ProtectedCookie>({
    name,
    get(ctx) {
      const token = ctx.cookie(nameFor(ctx.secure))
      return token === undefined ? undefined : open(ctx, purpose, token)
    },
    set(ctx, reply, value) {
      return reply.cookie(nameFor(ctx.secure), seal(ctx, purpose, value, options.maxAge), options)
    },
    clear(ctx, reply) {
      return reply.clearCookie(nameFor(ctx.secure), options)
    },
  })
}
