import { hash } from 'node:crypto'
import type { SignatureCheck } from './signature-check.ts'
import { type Outcome, refuse, type Token } from './token.ts'

type Jose = typeof import('jose')
/** What jose verifies with. */
export type VerifyKey = Parameters<Jose['compactVerify']>[1] & object

/** Gives the keys that may have signed a token, in turn. */
export type FindKeys = (token: Token) => Promise<Outcome<Iterable<VerifyKey> | AsyncIterable<VerifyKey>>>

/** How many tokens are known to be well signed, at most. */
const remembered = 1000

/**
 * Checks signatures made with a private key, by jose. That takes 50 to 100 µs, and a client sends the same token again and
 * again; so the SHA-256 of the last thousand that were right is kept. What a signature says never changes while the keys
 * do not (`forget`), and everything else about a token is checked each time.
 */
export function publicKeySignature(
  { compactVerify }: Jose,
  algorithms: readonly string[],
  findKeys: FindKeys,
): SignatureCheck & { forget(): void } {
  let known = new Set<string>()
  const options = { algorithms: [...algorithms] }

  async function check(token: Token): Promise<Outcome<true>> {
    const keys = await findKeys(token)
    if (!keys.ok) return keys
    let cause: unknown
    for await (const key of keys.value) {
      try {
        await compactVerify(token.text, key, options)
        return { ok: true, value: true }
      } catch (error) {
        cause = error
      }
    }
    return refuse('The signature of the token is wrong', cause)
  }

  return {
    algorithms,
    verify(token) {
      const digest = hash('sha256', token.text, 'base64url')
      if (known.has(digest)) return { ok: true, value: true }
      const memory = known
      return check(token).then((outcome) => {
        // Where the keys have changed meanwhile, this is the memory of the old ones.
        if (outcome.ok) remember(memory, digest)
        return outcome
      })
    },
    forget() {
      known = new Set()
    },
  }
}

function remember(known: Set<string>, digest: string): void {
  if (known.size >= remembered) known.delete(known.values().next().value as string)
  known.add(digest)
}
