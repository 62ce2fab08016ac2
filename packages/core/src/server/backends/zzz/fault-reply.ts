import { ZzzError } from '../../../errors.ts'
import { type Reply, typedReply } from '../../../http/reply.ts'
import { reasonPhrase } from '../../../http/status.ts'

/** The server's own answer, in plain text, to what never became a request or broke before its handler could answer. */
export function faultReply(status: number, error?: unknown): Reply {
  const detail = error instanceof ZzzError && status < 500 ? `\n${error.message}` : ''
  const reply = typedReply(
    status,
    `${status} ${reasonPhrase(status)}${detail}\n`,
    'text/plain; charset=utf-8',
  )
  reply.error = error
  return reply
}
