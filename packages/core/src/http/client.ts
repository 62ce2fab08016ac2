import { addressList } from './address-list.ts'
import { forwardedHops, type ProxyHeaders } from './forwarded.ts'
import { isValidHost } from './host.ts'
import type { Request } from './request.ts'

/** The proxies whose word about the client is believed. */
export interface TrustedProxies {
  /** The headers that they set. */
  readonly headers: ProxyHeaders
  trusts(address: string): boolean
}

/**
 * Reads a list of addresses and CIDR ranges (`10.0.0.0/8`, `::1`). Throws `ZZZ_OPTION_INVALID` naming an entry that is
 * neither.
 */
export function trustedProxies(
  entries: readonly string[],
  headers: ProxyHeaders = 'x-forwarded',
): TrustedProxies {
  const list = addressList('trustedProxies', entries)
  return { headers, trusts: (address) => list.has(address) }
}

/** Who sent a request, as far as it can be believed. */
export interface Client {
  /** The address of the client; empty without a socket. */
  readonly address: string
  /** How the client reached the first trusted proxy, or us. */
  readonly scheme: 'http' | 'https'
  /** Host and port that the client asked for. */
  readonly host: string
}

/**
 * The client of a request: the peer, or, while the one who speaks is a trusted proxy, whoever it spoke for, walking from
 * the nearest hop outwards. A hop without a valid address ends the walk: what stands left of it could be forged.
 */
export function clientOf(request: Request, proxies: TrustedProxies | undefined): Client {
  let address = plainAddress(request.peer.remoteAddress ?? '')
  let scheme: 'http' | 'https' = request.peer.encrypted ? 'https' : 'http'
  let { host } = request
  if (proxies === undefined || !proxies.trusts(address)) return { address, scheme, host }
  for (const hop of forwardedHops(request.headers, proxies.headers).reverse()) {
    scheme = hop.proto ?? scheme
    if (hop.host !== undefined && isValidHost(hop.host)) host = hop.host
    if (hop.address === undefined) break
    address = plainAddress(hop.address)
    if (!proxies.trusts(address)) break
  }
  return { address, scheme, host }
}

/** An IPv4 address as such, also where a socket for both families shows it as `::ffff:192.0.2.1`. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
