/**
 * The same text in memory of its own. What is cut out of a request is a slice that keeps all of it alive, so whatever keeps
 * a text for longer than its request keeps a copy.
 */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
