import type { HeaderList } from '../../../http/header-list.ts'
import { reasonPhrases } from '../../../http/status.ts'

/** Status lines made once, for every code that has a reason phrase. */
const statusLines: readonly string[] = Array.from(
  { length: 600 },
  (_, status) => `HTTP/1.1 ${status} ${reasonPhrases[status] ?? ''}\r\n`,
)

/** What a reply says about its connection; empty where the version says it. */
export type ConnectionOption = '' | 'close' | 'keep-alive'

/**
 * The head of a reply up to its empty line. `framing` holds the header lines that only the server can know; what a
 * handler said about framing and the connection is left out, since both are between two hops (RFC 9110 section 7.6.1).
 */
export function replyHead(
  status: number,
  headers: HeaderList,
  framing: string,
  connection: ConnectionOption,
  date: string,
): string {
  const { flat } = headers
  let text = statusLines[status] as string
  let dated = false
  let options: string = connection
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string
    switch (name) {
      case 'connection':
      case 'content-length':
      case 'keep-alive':
      case 'transfer-encoding':
        continue
      case 'upgrade':
        // Whoever sends `Upgrade` names it here too (RFC 9110 section 7.8).
        options = options === '' ? 'upgrade' : `${options}, upgrade`
        break
      case 'date':
        dated = true
    }
    text += `${name}: ${flat[i + 1]}\r\n`
  }
  if (options !== '') text += `connection: ${options}\r\n`
  return text + (dated ? '' : date) + framing + '\r\n'
}
