/**
 * The key of a client by its address: an IPv4 address, or the first 64 bits of an IPv6 address, since a single customer
 * has at least that many (RFC 6177).
 *
 * ```ts
 * clientKey('192.0.2.1')            // '192.0.2.1'
 * clientKey('2001:db8::7:1')        // '2001:db8:0:0::/64'
 * ```
 */
export function clientKey(address: string): string {
  if (!address.includes(':')) return address
  const [left = '', right = ''] = address.split('::', 2)
  const head = groups(left)
  const tail = groups(right)
  const zeros = address.includes('::')
    ? new Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0')
    : []
  const network = [...head, ...zeros, ...tail].slice(0, 4)
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
