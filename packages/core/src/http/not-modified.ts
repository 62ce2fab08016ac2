import { reportError } from '../internal/report.ts'
import { HeaderList } from './header-list.ts'
import { bodySize, declaredSize, discardBody, Reply, type WholeReply } from './reply.ts'

/** What describes only the content is of no use without it; a cache has it already (RFC 9110 section 15.4.5). */
const contentFields: ReadonlySet<string> = new Set([
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
])

/** The headers of a 304, of those of the 200 that it stands for: names and values in turn. */
function notModifiedHeaders(headers: readonly string[]): string[] {
  const tagged = headers.includes('etag')
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (contentFields.has(name) || (tagged && name === 'last-modified')) continue
    kept.push(name, headers[i + 1] as string)
  }
  return kept
}

/** The 304 that stands for a reply, whose body nobody needs. */
export function toNotModified(reply: Reply): Reply {
  const { body, headers } = reply
  // The answer to a HEAD may come without its body.
  const size = body === null ? (declaredSize(headers) ?? 0) : bodySize(reply)
  discardBody(body).catch((error: unknown) => reportError(error, 'Closing the body of a 304 failed'))
  return notModifiedReply({ headers, size })
}

/** The 304 in place of a 200, which it remembers: whatever adds to headers on the way out adds the same to both. */
export function notModifiedReply(whole: WholeReply): Reply {
  const reply = new Reply(304, null, HeaderList.unchecked(notModifiedHeaders(whole.headers.flat)))
  reply.whole = whole
  return reply
}
