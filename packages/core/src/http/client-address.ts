import { BlockList, isIP } from 'node:net'
import { ZzzError } from '../errors.ts'
import type { Request } from './request.ts'

/** The proxies whose word about the client is believed. */
export interface TrustedProxies {
  trusts(address: string): boolean
}

/**
 * Reads a list of addresses and CIDR ranges (`10.0.0.0/8`, `::1`). Throws `ZZZ_OPTION_INVALID` naming an entry that is
 * neither.
 */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  const list = new BlockList()
  for (const entry of entries) addEntry(list, entry)
  return {
    trusts: (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  }
}

/**
 * The client's address: the peer's, or, while the peer is a trusted proxy, the right-most address of `X-Forwarded-For`
 * that is not one itself. An entry that is no address ends the walk: what stands left of it could be forged.
 */
export function clientAddress(request: Request, proxies: TrustedProxies | undefined): string {
  let address = request.peer.remoteAddress ?? ''
  if (proxies === undefined || !proxies.trusts(address)) return address
  const hops = (request.headers.get('x-forwarded-for') ?? '').split(',')
  for (const hop of hops.reverse()) {
    const candidate = hop.trim()
    if (isIP(candidate) === 0) break
    address = candidate
    if (!proxies.trusts(address)) break
  }
  return address
}

function addEntry(list: BlockList, entry: string): void {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const family = isIP(address)
  const bits = family === 6 ? 128 : 32
  const length = prefix === undefined ? bits : Number(prefix)
  if (family === 0 || length > bits) {
    throw new ZzzError(
      'ZZZ_OPTION_INVALID',
      `trustedProxies: ${JSON.stringify(entry)} is no address or CIDR range`,
    )
  }
  list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4')
}
