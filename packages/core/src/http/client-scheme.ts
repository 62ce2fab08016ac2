import type { TrustedProxies } from './client-address.ts'
import type { Request } from './request.ts'

/**
 * How the client speaks to us: `https` over TLS. While the peer is a trusted proxy, the last member of its
 * `X-Forwarded-Proto` says it instead: what stands left of that came from further away.
 */
export function clientScheme(request: Request, proxies: TrustedProxies | undefined): 'http' | 'https' {
  const { remoteAddress = '', encrypted } = request.peer
  const own = encrypted ? 'https' : 'http'
  if (proxies?.trusts(remoteAddress) !== true) return own
  const forwarded = request.headers.get('x-forwarded-proto')?.split(',').at(-1)?.trim().toLowerCase()
  return forwarded === 'https' || forwarded === 'http' ? forwarded : own
}
