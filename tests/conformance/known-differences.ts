/**
 * Cases that the back end `node` answers otherwise, and why we leave it so. A listed case that begins to pass fails the
 * suite, so the list stays true.
 */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
  [
    'RFC 9112 2.2: a bare LF before the request',
    'llhttp skips any CR and LF before a request line (RFC 9112 2.2 MAY)',
  ],
  [
    'RFC 9112 3: two spaces behind the method',
    'llhttp skips further spaces (RFC 9112 3 MAY); the target is the same',
  ],
  [
    'RFC 9112 3: two spaces behind the target',
    'llhttp skips further spaces (RFC 9112 3 MAY); the target is the same',
  ],
  [
    'RFC 9110 9.1: an unknown method reaches the handler',
    'llhttp knows a fixed list of methods; others are 501',
  ],
  ['RFC 9110 9.1: methods are case-sensitive', 'llhttp knows a fixed list of methods; others are 501'],
  ['RFC 9110 5.5: tabs around chunked', 'llhttp refuses a tab behind a transfer coding'],
  [
    'RFC 9110 6.5.1: framing in a trailer is ignored',
    'llhttp refuses Content-Length and Transfer-Encoding in trailers',
  ],
  [
    'RFC 9112 7.1.1: endless extensions over many chunks',
    'node:http limits the extensions of each chunk, not of all',
  ],
  [
    'RFC 9110 7.8: an offer with a body that is not taken',
    'node:http drops what follows it, so the connection closes',
  ],
])

/** Cases that end otherwise over TLS, on both back ends, and why. */
export const tlsDifferences: ReadonlyMap<string, string> = new Map([
  [
    'RFC 9110 15.6.4: limits.waiting broken: 503, closed, and reported once',
    'a handshake costs more than the answer, so who is turned away gets none',
  ],
  [
    'drain turns away connections that wait',
    'their handshake has not begun, so they are closed without an answer',
  ],
])
