/** `absolute-path [ "?" query ]`; visible ASCII, no fragment. */
const originForm = /^\/[!"$-~]*$/
/** `scheme "://" host [ ":" port ]` and what follows; no user information, and not an empty host (RFC 9110 4.2). */
const absoluteForm =
  /^[a-z][a-z0-9+\-.]*:\/\/(?:\[[0-9a-f:.]+\]|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})+)(?::[0-9]{0,5})?(?:[/?][!"$-~]*)?$/i
/** `host ":" port`, the port not empty. */
const authorityForm = /^(?:\[[0-9a-f:.]+\]|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})+):[0-9]{1,5}$/i

/**
 * True for a request target in one of the four forms of RFC 9112 section 3.2 that its method allows: authority-form is
 * only for CONNECT and CONNECT takes nothing else, asterisk-form is only for OPTIONS. Characters are visible ASCII; `#`
 * is refused because a fragment is never sent. Other characters that a URI should escape (`"`, `<`, `|` …) are let
 * through, since browsers send them.
 *
 * ```ts
 * isValidTarget('GET', '/users?id=1')   // true
 * isValidTarget('GET', '*')             // false
 * ```
 */
export function isValidTarget(method: string, target: string): boolean {
  if (method === 'CONNECT') return authorityForm.test(target)
  if (target.charCodeAt(0) === 47) return originForm.test(target)
  return target === '*' ? method === 'OPTIONS' : absoluteForm.test(target)
}
