import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from '../../context/context.ts'
import { type Session, sessionKey } from '../../session/session.ts'
import { sessionValue } from '../../session/session-value.ts'

const length = 16
/** A secret, and the beginning of the id of the session that it was made for. */
const secretValue = sessionValue<string>('_csrf')

/**
 * A token for a form's hidden field `_csrf`, or the header `x-csrf-token`, that only pages of this application can have;
 * for clients that do not say where a request comes from. Every call gives another one, so that a page that is compressed
 * does not leak it (BREACH); all are good as long as the session has its id. Begins a session where there is none.
 *
 * Throws `ZZZ_ASSIGN_MISSING` without `session`.
 */
export function csrfToken(ctx: Context): string {
  const mask = randomBytes(length)
  return Buffer.concat([mask, xor(mask, secretOf(ctx.get(sessionKey)) ?? newSecret(ctx))]).toString(
    'base64url',
  )
}

/** Whether a token is one of this session's. */
export function isCsrfToken(ctx: Context, token: string | undefined): boolean {
  const session = ctx.find(sessionKey)
  const secret = session && secretOf(session)
  if (secret === undefined || token === undefined) return false
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== 2 * length) return false
  return timingSafeEqual(xor(bytes.subarray(0, length), bytes.subarray(length)), secret)
}

/** The session's secret; none after its id has changed, so that one from before a login is worth nothing after it. */
function secretOf(session: Session): Buffer | undefined {
  const [id, secret] = session.get(secretValue)?.split('.') ?? []
  return id === shortId(session) && secret !== undefined ? Buffer.from(secret, 'base64url') : undefined
}

function newSecret(ctx: Context): Buffer {
  const session = ctx.get(sessionKey)
  const secret = randomBytes(length)
  session.set(secretValue, `${shortId(session)}.${secret.toString('base64url')}`)
  return secret
}

function shortId(session: Session): string {
  return session.id.slice(0, 16)
}

function xor(one: Uint8Array, other: Uint8Array): Buffer {
  return Buffer.from(one.map((byte, i) => byte ^ (other[i] as number)))
}
