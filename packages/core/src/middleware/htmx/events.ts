import { ZzzError } from '../../errors.ts'
import { jsonText, type RefuseJson } from '../../internal/json-text.ts'

/** Headers are no place for content: proxies end replies whose headers exceed 4 or 8 KiB altogether. */
const limit = 4096

/** Events for the browser, by name; of two with one name the last counts. Their header is JSON that is ASCII only. */
export class Events {
  readonly #details = new Map<string, string>()

  /** Adds an event. Throws `ZZZ_JSON_UNSERIALISABLE` for a detail that JSON has no text for. */
  add(name: string, detail: unknown): void {
    this.#details.set(name, jsonText(detail, unserialisable(name)))
  }

  /** The value of the header. Throws `ZZZ_HTMX_TOO_LARGE` beyond 4,096 bytes. */
  toHeader(): string {
    const members = Array.from(this.#details, ([name, detail]) => `${JSON.stringify(name)}:${detail}`)
    const text = toAscii(`{${members.join(',')}}`)
    if (text.length <= limit) return text
    throw new ZzzError(
      'ZZZ_HTMX_TOO_LARGE',
      `htmx: the events ${[...this.#details.keys()].join(', ')} have ${text.length} bytes, more than ${limit}. ` +
        'Send what they carry as content, or let the browser fetch it',
    )
  }
}

/** JSON with every character beyond ASCII as an escape, so that any header can carry it. */
export function toAscii(json: string): string {
  return json.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function unserialisable(name: string): RefuseJson {
  return (why, cause) =>
    new ZzzError('ZZZ_JSON_UNSERIALISABLE', `htmx: the detail of the event ${JSON.stringify(name)} ${why}`, {
      cause,
    })
}
