import { randomUUID } from 'node:crypto'
import { requestIdKey } from '../context/keys.ts'
import type { Middleware } from '../context/middleware.ts'
import { isToken } from '../http/token.ts'
import { mapMaybe } from '../internal/maybe-promise.ts'
import { flagRule, functionRule } from '../internal/option-rules.ts'
import { checkOptions, type OptionRules } from '../internal/options.ts'

/** Options of `requestId`. */
export interface RequestIdOptions {
  /** The header read and written. Default `x-request-id`. */
  header?: string | undefined
  /** Take an id that the client sends, when it is 1 to 128 letters, digits or `-_.:+/=`. Default true. */
  accept?: boolean | undefined
  /** Makes an id. Default: a random UUID. */
  generate?: (() => string) | undefined
}

const optionRules: OptionRules<RequestIdOptions> = {
  header: ['a header name', (value) => typeof value === 'string' && isToken(value)],
  accept: flagRule,
  generate: functionRule,
}

/** What may go into logs and headers as it came. */
const sound = /^[\w.:+/=-]{1,128}$/

/**
 * Gives every request an id, under `requestIdKey` and as a response header, so that logs of several systems can be
 * joined. Throws `ZZZ_OPTION_INVALID`.
 */
export function requestId(options: RequestIdOptions = {}): Middleware {
  checkOptions('requestId', options, optionRules)
  const { header = 'x-request-id', accept = true, generate = randomUUID } = options
  return function requestId(ctx, next) {
    const given = accept ? ctx.header(header) : undefined
    const id = given !== undefined && sound.test(given) ? given : generate()
    ctx.set(requestIdKey, id)
    return mapMaybe(next(), (reply) => reply.header(header, id))
  }
}
