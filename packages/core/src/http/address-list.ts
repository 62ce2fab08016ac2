import { BlockList, isIP } from 'node:net'
import { ZzzError } from '../errors.ts'

/** IP addresses and ranges of them. */
export interface AddressList {
  /** Whether an address is one of them; what is no address is none. */
  has(address: string): boolean
}

/**
 * Reads a list of addresses and CIDR ranges of both families (`10.0.0.0/8`, `::1`, `2001:db8::/32`). Throws
 * `ZZZ_OPTION_INVALID` naming the option and an entry that is neither.
 *
 * ```ts
 * addressList('ipAccess: option "allow"', ['10.0.0.0/8']).has('10.1.2.3')   // true
 * ```
 */
export function addressList(where: string, entries: readonly string[]): AddressList {
  const list = new BlockList()
  for (const entry of entries) addEntry(where, list, entry)
  return {
    has(address) {
      const family = isIP(address)
      return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
    },
  }
}

function addEntry(where: string, list: BlockList, entry: string): void {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const family = isIP(address)
  const bits = family === 6 ? 128 : 32
  const length = prefix === undefined ? bits : Number(prefix)
  if (family === 0 || length > bits) {
    throw new ZzzError('ZZZ_OPTION_INVALID', `${where}: ${JSON.stringify(entry)} is no address or CIDR range`)
  }
  list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4')
}
