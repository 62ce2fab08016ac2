/**
 * `Host = uri-host [ ":" port ]`, RFC 9112 section 3.2: an IP literal in brackets or a registered name (which takes in
 * IPv4 addresses and the empty name), then digits. No white space, no user information, no path.
 */
const host = /^(?:\[[0-9a-f:.]+\]|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*)(?::[0-9]{0,5})?$/i

/**
 * True for what may stand in a `Host` header, the empty value included (RFC 9110 section 7.2). A server answers 400 to
 * anything else, and to an HTTP/1.1 request with none or several (RFC 9112 section 3.2).
 */
export function isValidHost(value: string): boolean {
  return host.test(value)
}
