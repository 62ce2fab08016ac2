import { ZzzError } from '../errors.ts'
import { encodeLocation } from '../http/encode-location.ts'
import { checkBody, Reply, type ReplyBody, typedReply } from '../http/reply.ts'
import { jsonText } from '../internal/json-text.ts'
import { describe } from '../internal/options.ts'

/** The replies that the context's helpers of the same names make; what each does is told there. */

/** Options of `ctx.respond` and `ctx.stream`. */
export interface RespondOptions {
  /** Default 200. */
  status?: number | undefined
  /** The content type. Default: `text/plain` in UTF-8 for text, `application/octet-stream` for anything else. */
  type?: string | undefined
}

export function jsonReply(value: unknown, status: number): Reply {
  return typedReply(status, jsonText(value, unserialisable), 'application/json; charset=utf-8')
}

export function htmlReply(text: string, status: number): Reply {
  return typedReply(status, checkText('html', text), 'text/html; charset=utf-8')
}

export function textReply(text: string, status: number): Reply {
  return typedReply(status, checkText('text', text), 'text/plain; charset=utf-8')
}

export function bodyReply(body: ReplyBody, { status = 200, type }: RespondOptions): Reply {
  checkBody(body)
  if (type !== undefined) return new Reply(status, body).header('content-type', type)
  if (body === null) return new Reply(status, null)
  return typedReply(
    status,
    body,
    typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream',
  )
}

export function redirectReply(location: string, status: number): Reply {
  checkText('redirect', location)
  if (status < 300 || status > 399) {
    throw new ZzzError('ZZZ_REDIRECT_INVALID', `A redirect has a status from 300 to 399, got ${status}`)
  }
  return new Reply(status, null).header('location', encodeLocation(location))
}

function checkText(helper: string, text: unknown): string {
  if (typeof text === 'string') return text
  throw new ZzzError('ZZZ_REPLY_BODY', `ctx.${helper} takes text, not ${describe(text)}`)
}

function unserialisable(why: string, cause?: unknown): ZzzError {
  return new ZzzError('ZZZ_JSON_UNSERIALISABLE', `ctx.json: the value ${why}`, { cause })
}
