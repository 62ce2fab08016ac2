import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { ZzzError } from '../../errors.ts'

/**
 * A `verify` for `basicAuth` that knows a few users with their passwords; it answers the user's name. How long it takes
 * tells neither whether a user exists nor how much of a password is right. Texts are compared in Unicode form NFC, so it
 * does not matter how a keyboard composes its umlauts.
 *
 * Throws `ZZZ_OPTION_INVALID` for no users, a name that is empty or has a colon, and an empty password.
 *
 * ```ts
 * basicAuth({ verify: staticCredentials({ ada: env.ADA_PASSWORD, grace: env.GRACE_PASSWORD }) })
 * ```
 */
export function staticCredentials(
  users: Readonly<Record<string, string>>,
): (user: string, password: string) => string | undefined {
  const digests = new Map(
    Object.entries(users).map(([user, password]) => [nfc(user), digestOf(user, password)]),
  )
  if (digests.size === 0) throw refused('there are no users')
  const nobody = randomBytes(32)
  return (user, password) => {
    const name = nfc(user)
    const right = timingSafeEqual(sha256(nfc(password)), digests.get(name) ?? nobody)
    return right && digests.has(name) ? name : undefined
  }
}

function digestOf(user: string, password: unknown): Buffer {
  if (user === '' || user.includes(':')) {
    throw refused(`a user's name is not empty and has no colon, unlike ${JSON.stringify(user)}`)
  }
  if (typeof password !== 'string' || password === '') {
    throw refused(`the password of ${JSON.stringify(user)} is no text, or empty`)
  }
  return sha256(nfc(password))
}

const nfc = (text: string) => text.normalize('NFC')
const sha256 = (text: string) => hash('sha256', text, 'buffer')

function refused(why: string): ZzzError {
  return new ZzzError('ZZZ_OPTION_INVALID', `staticCredentials: ${why}`)
}
