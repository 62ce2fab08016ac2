import { createHash, randomBytes } from 'node:crypto'
import type { Context } from '../../context/context.ts'
import { statusOf, ZzzError } from '../../errors.ts'
import type { Reply } from '../../http/reply.ts'
import { messageOf } from '../../internal/message-of.ts'
import { type SessionName, type SessionRecord, SessionState } from '../../session/session-state.ts'
import type { SessionStore, StoredSession } from '../../session/session-store.ts'
import {
  clearCookie,
  expiryOf,
  prolonged,
  type SessionKeeper,
  type SessionTerms,
  setCookie,
} from './session-keeper.ts'

/** Characters of JSON that a session may hold, so that no visitor fills the store alone. */
const sizeLimit = 65_536
/** A secret as `createName` makes it: 256 bits. */
const secretForm = /^[\w-]{43}$/

/** Keeps sessions in a store, under the hash of a secret that the cookie holds. */
export function storeKeeper(store: SessionStore, terms: SessionTerms): SessionKeeper {
  async function load(name: SessionName): Promise<SessionState> {
    const stored = await asking('read', store.load(name.id))
    const isLive = stored !== undefined && stored.createdAt + terms.lifetime > terms.clock.now()
    const record = isLive ? toRecord(name, stored) : undefined
    return new SessionState({ load: () => record, createName })
  }

  /** Makes a session that is new, or goes on under a new name. */
  async function create(ctx: Context, state: SessionState, reply: Reply): Promise<Reply> {
    const createdAt = terms.clock.now()
    const expiresAt = expiryOf(createdAt, terms)
    const values = Object.fromEntries(textsOf(state))
    await asking('kept', store.create(state.id, { values, createdAt, expiresAt }))
    return setCookie(ctx, reply, state.name.secret, expiresAt, terms)
  }

  async function update(
    ctx: Context,
    state: SessionState,
    found: SessionRecord,
    reply: Reply,
  ): Promise<Reply> {
    const expiresAt = prolonged(found, terms)
    const { changes } = state
    if (changes.size === 0 && expiresAt === found.expiresAt) return reply
    const set = Object.fromEntries(textsOf(state).filter(([name]) => changes.has(name)))
    const remove = [...changes.keys()].filter((name) => !state.values.has(name))
    const lives = await asking('kept', store.update(found.name.id, { set, remove, expiresAt }))
    // Ended by another request meanwhile, a session stays so, and its cookie is that request's business.
    if (!lives || expiresAt === found.expiresAt) return reply
    return setCookie(ctx, reply, found.name.secret, expiresAt, terms)
  }

  return {
    open(ctx) {
      const secret = ctx.cookie(terms.cookieName(ctx.secure))
      if (secret === undefined || !secretForm.test(secret)) {
        return new SessionState({ load: () => undefined, createName })
      }
      return load(nameOf(secret))
    },
    async save(ctx, state, reply) {
      const { abandoned, continued } = state
      if (continued !== undefined) return update(ctx, state, continued, reply)
      const isNew = state.values.size > 0
      const saved = isNew ? await create(ctx, state, reply) : reply
      if (abandoned === undefined) return saved
      await asking('ended', store.destroy(abandoned.name.id))
      return isNew ? saved : clearCookie(ctx, saved, terms)
    },
  }
}

function createName(): SessionName {
  return nameOf(randomBytes(32).toString('base64url'))
}

/** The store knows a hash only. The secret is random and long, so a plain one does. */
function nameOf(secret: string): SessionName {
  return { secret, id: createHash('sha256').update(secret).digest('base64url') }
}

function toRecord(name: SessionName, { values, createdAt, expiresAt }: StoredSession): SessionRecord {
  const entries = Object.entries(values).map(([key, text]) => [key, JSON.parse(text)] as const)
  return { name, values: Object.fromEntries(entries), createdAt, expiresAt }
}

/** Every value as JSON text. Throws `ZZZ_SESSION_TOO_LARGE`. */
function textsOf({ values }: SessionState): [name: string, text: string][] {
  const texts = [...values].map(([name, value]): [string, string] => [name, JSON.stringify(value)])
  const size = texts.reduce((sum, [name, text]) => sum + name.length + text.length, 0)
  if (size <= sizeLimit) return texts
  throw new ZzzError(
    'ZZZ_SESSION_TOO_LARGE',
    `The session would hold ${size} characters, and at most ${sizeLimit} are kept: ` +
      `${texts.map(([name, text]) => `${name} ${text.length}`).join(', ')}. Keep what is large in a database`,
  )
}

async function asking<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw new ZzzError('ZZZ_SESSION_STORE', `The session could not be ${what}: ${messageOf(cause)}`, {
      cause,
      // A fault of the store is none of the client, whatever a server behind it has answered.
      status: Math.max(statusOf(cause), 500),
    })
  }
}
