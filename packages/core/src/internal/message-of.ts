/** What was thrown, in words: the message of an error, anything else as text. Never throws, whatever it is. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'something was thrown that has no text'
  }
}
