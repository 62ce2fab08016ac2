import { errorRecord } from './error-record.ts'
import { isSecretName, redacted, redactUrls } from './secret-names.ts'

/** How much of a value is copied: levels, members in all, and characters of each text. */
const limits = { depth: 8, members: 1000, text: 8192 }
const cut = '[cut]'

/**
 * A copy of a value for a log: what stands under a name that means a secret is replaced, errors become records, and what
 * is endless (cycles, huge lists, long texts) is cut. Never throws, whatever getters and proxies are in it.
 */
export function redact(value: unknown, isSecret: (name: string) => boolean = isSecretName): unknown {
  let left = limits.members
  const copy = (current: unknown, depth: number): unknown => {
    if (typeof current === 'string') return redactUrls(shorten(current))
    if (typeof current === 'bigint' || typeof current === 'symbol') return String(current)
    if (typeof current === 'function') return '[function]'
    if (typeof current !== 'object' || current === null) return current
    if (depth >= limits.depth || left <= 0) return cut
    try {
      return copyObject(current, depth)
    } catch {
      return '[unreadable]'
    }
  }
  const copyObject = (current: object, depth: number): unknown => {
    if (current instanceof Error) return errorRecord(current)
    if (ArrayBuffer.isView(current)) return `[${current.byteLength} bytes]`
    if ('toJSON' in current && typeof current.toJSON === 'function') return copy(current.toJSON(), depth + 1)
    if (Array.isArray(current)) return current.slice(0, left).map((member) => inside(member, depth))
    const entries = current instanceof Map ? [...current] : Object.entries(current)
    return Object.fromEntries(
      entries.slice(0, left).map(([name, member]) => {
        return [String(name), isSecret(String(name)) ? redacted : inside(member, depth)]
      }),
    )
  }
  const inside = (member: unknown, depth: number): unknown => {
    left--
    return copy(member, depth + 1)
  }
  return copy(value, 0)
}

function shorten(text: string): string {
  return text.length > limits.text ? `${text.slice(0, limits.text)}${cut}` : text
}
