import { type BodySource, iterateSource } from '../body-source.ts'
import { makeRequest } from '../request.suite.ts'
import type { Request } from '../request.ts'

export const boundary = 'zzz-boundary'

/** A multipart body of parts as they are written: header lines, an empty line, content. `\n` stands for CRLF. */
export function multipartText(...parts: string[]): string {
  const lines = parts.map((part) => `--${boundary}\n${part}\n`)
  return crlf(`${lines.join('')}--${boundary}--\n`)
}

/** Line feeds as CRLF. */
export function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n')
}

/** The text of a part: a field, or a file when it has a filename. */
export function partText(name: string, content: string, filename?: string, type?: string): string {
  const file = filename === undefined ? '' : `; filename="${filename}"`
  const contentType = type === undefined ? '' : `Content-Type: ${type}\n`
  return `Content-Disposition: form-data; name="${name}"${file}\n${contentType}\n${content}`
}

/** A request with a multipart body. */
export function multipartRequest(
  body: string | Uint8Array | BodySource,
  type = `multipart/form-data; boundary=${boundary}`,
): Request {
  return makeRequest({
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? Buffer.from(body) : body,
  })
}

/** A source over pieces; an error breaks it off where it stands. */
export function pieceSource(
  pieces: Iterable<Uint8Array | Error>,
): BodySource & { taken: number; cancelled: boolean } {
  const iterator = pieces[Symbol.iterator]()
  const source = {
    length: undefined,
    disturbed: false,
    taken: 0,
    cancelled: false,
    async read() {
      source.disturbed = true
      const { done, value } = iterator.next()
      if (done === true || source.cancelled) return null
      if (value instanceof Error) throw value
      source.taken++
      return value
    },
    cancel() {
      source.disturbed = true
      source.cancelled = true
    },
    [Symbol.asyncIterator]: () => iterateSource(source),
  }
  return source
}
