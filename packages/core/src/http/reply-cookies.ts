import { type CookieOptions, needsHttps, setCookieLine } from './cookie.ts'
import type { HeaderList } from './header-list.ts'

interface SetCookie {
  readonly name: string
  readonly value: string
  readonly options: CookieOptions
  /** The header line, as long as nobody else changed it. */
  line: string
}

/** The cookies that a reply sets: lines of its headers, of which some wait to learn whether the request was secure. */
export class ReplyCookies {
  readonly #headers: HeaderList
  readonly #cookies: SetCookie[] = []
  #waiting = false

  constructor(headers: HeaderList) {
    this.#headers = headers
  }

  /** Adds a line, or replaces that of the same cookie. Throws as `setCookieLine` does. */
  set(name: string, value: string, options: CookieOptions): void {
    const secure = options.secure ?? needsHttps(name, options)
    if (options.secure === undefined && !secure) this.#waiting = true
    const line = setCookieLine(name, value, options, secure)
    const known = this.#cookies.findIndex((cookie) => isSame(cookie, name, options))
    if (known !== -1) this.#drop(known)
    this.#headers.append('set-cookie', line)
    this.#cookies.push({ name, value, options, line })
  }

  /** Says whether the request came over HTTPS, which decides `Secure` where nothing else did. */
  complete(secure: boolean): void {
    if (!this.#waiting) return
    this.#waiting = false
    if (!secure) return
    for (const cookie of this.#cookies) {
      if (cookie.options.secure !== undefined) continue
      const line = setCookieLine(cookie.name, cookie.value, cookie.options, true)
      const at = this.#indexOf(cookie.line)
      if (at !== -1) this.#headers.flat[at] = line
      cookie.line = line
    }
  }

  #drop(index: number): void {
    const [cookie] = this.#cookies.splice(index, 1)
    const at = this.#indexOf((cookie as SetCookie).line)
    if (at !== -1) this.#headers.flat.splice(at - 1, 2)
  }

  /** Where a line's value stands in the headers; -1 when someone took it out. */
  #indexOf(line: string): number {
    const { flat } = this.#headers
    return flat.findIndex((value, i) => i % 2 === 1 && value === line && flat[i - 1] === 'set-cookie')
  }
}

/** Name, domain and path tell cookies apart (RFC 6265bis section 5.7). */
function isSame(cookie: SetCookie, name: string, { domain, path = '/' }: CookieOptions): boolean {
  return cookie.name === name && cookie.options.domain === domain && (cookie.options.path ?? '/') === path
}
