import { isIP } from 'node:net'
import type { HeaderList } from './header-list.ts'

/** What one proxy says about the side it was asked from. */
export interface Hop {
  /** An IP address; undefined for what is hidden, unknown or malformed. */
  readonly address: string | undefined
  /** `http` or `https`, as far as it is said. */
  readonly proto: 'http' | 'https' | undefined
  /** The `Host` that the proxy was asked for, as far as it is said. */
  readonly host: string | undefined
}

/** The headers in which proxies say it: `X-Forwarded-For`, `-Proto` and `-Host`, or `Forwarded` (RFC 7239). */
export type ProxyHeaders = 'x-forwarded' | 'forwarded'

/**
 * What proxies say about the request's way, the one nearest to us last. Only one family of headers is read, since a
 * proxy that sets one hands the other on as the client forged it. Nothing of it is to be believed unless a trusted proxy
 * said it.
 */
export function forwardedHops(headers: HeaderList, family: ProxyHeaders): Hop[] {
  if (family === 'forwarded') {
    const forwarded = headers.get('forwarded')
    return forwarded === undefined ? [] : splitOutsideQuotes(forwarded, ',').map(parseElement)
  }
  const addresses = list(headers.get('x-forwarded-for'))
  const protos = list(headers.get('x-forwarded-proto'))
  const hosts = list(headers.get('x-forwarded-host'))
  // Proxies either append to all three or set the last two once; from the right, both line up.
  const length = Math.max(addresses.length, protos.length, hosts.length)
  return Array.from({ length }, (_, i) => {
    const fromRight = length - i
    return {
      address: addressOf(addresses.at(-fromRight)),
      proto: schemeOf(protos.at(-fromRight)),
      host: hosts.at(-fromRight),
    }
  })
}

function parseElement(element: string): Hop {
  const pairs = new Map<string, string>()
  for (const pair of splitOutsideQuotes(element, ';')) {
    const equals = pair.indexOf('=')
    if (equals === -1) continue
    pairs.set(pair.slice(0, equals).trim().toLowerCase(), unquote(pair.slice(equals + 1).trim()))
  }
  return {
    address: addressOf(pairs.get('for')),
    proto: schemeOf(pairs.get('proto')),
    host: pairs.get('host'),
  }
}

/** The address of a node: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. */
function addressOf(node: string | undefined): string | undefined {
  if (node === undefined) return undefined
  const bare = /^\[([^\]]+)\](?::\w+)?$/.exec(node)?.[1] ?? /^([^:]+):\w+$/.exec(node)?.[1] ?? node
  return isIP(bare) === 0 ? undefined : bare
}

function schemeOf(proto: string | undefined): 'http' | 'https' | undefined {
  const scheme = proto?.toLowerCase()
  return scheme === 'http' || scheme === 'https' ? scheme : undefined
}

function list(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(',').map((item) => item.trim())
}

function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (quoted && character === '\\') i++
    else if (character === '"') quoted = !quoted
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}
