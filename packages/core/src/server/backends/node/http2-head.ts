import { HeaderList } from '../../../http/header-list.ts'
import type { Limits } from '../../limits.ts'
import {
  checkHost,
  checkLength,
  checkSize,
  checkTarget,
  expectsContinue,
  type FramingFields,
  framingFields,
  malformed,
  singleLength,
} from './head-checks.ts'
import type { RequestHead } from './request-head.ts'

/** The pseudo-header fields of a request, RFC 9113 section 8.3.1. nghttp2 sees to it that each comes once at most. */
interface PseudoFields {
  readonly ':method'?: string
  readonly ':path'?: string
  readonly ':authority'?: string
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/**
 * The request head of a stream, with everything where HTTP/1.1 has it: `:path` as the target, `:authority` as `Host`,
 * cookies in one line. `raw` holds names and values in turn, `ended` says that no body follows. Throws the refusal.
 */
export function readHttp2Head(raw: readonly string[], ended: boolean, limits: Limits): RequestHead {
  const { pseudo, fields } = split(raw)
  const { ':method': method = '', ':path': path = '', ':authority': authority = '' } = pseudo
  const target = method === 'CONNECT' ? authority : path
  checkSize(method, target, fields, limits)
  if (!token.test(method)) throw malformed(`Method ${JSON.stringify(method)} is not a token (RFC 9110 9.1)`)
  if (method !== 'CONNECT' && !/^[/*]/.test(path)) throw malformed('The path does not begin with a slash')
  checkTarget(method, target)
  const headers = withHost(fields, pseudo[':authority'])
  const framing = framingFields(headers)
  checkHost(framing, '2.0')
  const length = bodyLength(framing, ended)
  checkLength(length, limits)
  return {
    method,
    target,
    version: '2.0',
    headers,
    length,
    // A connection of HTTP/2 does not end with a request.
    keepAlive: true,
    expectsContinue: expectsContinue(framing, '2.0'),
    protocols: [],
  }
}

function split(raw: readonly string[]): { pseudo: PseudoFields; fields: string[] } {
  const pseudo: Record<string, string> = {}
  const fields: string[] = []
  let cookie = -1
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    if (name.startsWith(':')) {
      pseudo[name] = value
    } else if (name === 'cookie' && cookie !== -1) {
      // Clients may take them apart for compression (RFC 9113 section 8.2.3).
      fields[cookie] += `; ${value}`
    } else {
      fields.push(name, value)
      if (name === 'cookie') cookie = fields.length - 1
    }
  }
  return { pseudo, fields }
}

/** `Host` first, from `:authority` where there is one; a `Host` beside it has to say the same (RFC 9113 section 8.3.1). */
function withHost(fields: string[], authority: string | undefined): string[] {
  if (authority === undefined) return fields
  const hosts = HeaderList.unchecked(fields).getAll('host')
  if (hosts.length === 0) return ['host', authority, ...fields]
  if (hosts.some((host) => host.toLowerCase() !== authority.toLowerCase())) {
    throw malformed('Host and :authority differ (RFC 9113 8.3.1)')
  }
  return fields
}

function bodyLength({ length }: FramingFields, ended: boolean): number | undefined {
  if (ended) return 0
  return length === undefined ? undefined : singleLength(length)
}
