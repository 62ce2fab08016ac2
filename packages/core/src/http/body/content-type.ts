import { ZzzError } from '../../errors.ts'
import type { HeaderList } from '../header-list.ts'

/** One parameter: `; name=token` or `; name="quoted"`. */
const parameter = /;[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)"))?[ \t]*/gy

/** A content type taken apart (RFC 9110 section 8.3.1). */
export interface ContentType {
  /** In lower case. */
  readonly type: string
  /** By lower-case name; undefined when they cannot be read: one is broken or there twice. */
  readonly parameters: ReadonlyMap<string, string> | undefined
}

/** Reads a `Content-Type`; undefined where there is none or it is no type at all. */
export function parseContentType(value: string | undefined): ContentType | undefined {
  const type = /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+(?=[ \t]*(?:;|$))/.exec(value ?? '')?.[0]
  if (value === undefined || type === undefined) return undefined
  const start = value.indexOf(';')
  return {
    type: type.toLowerCase(),
    parameters: start === -1 ? new Map() : parseParameters(value, start),
  }
}

/** The content type of a body, in lower case and without parameters; empty where it has none. */
export function typeOf(headers: HeaderList): string {
  return parseContentType(headers.get('content-type'))?.type ?? ''
}

/** Reads the parameters from an index to the end of the text; undefined when they are broken or one is there twice. */
function parseParameters(text: string, start: number): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>()
  parameter.lastIndex = start
  while (parameter.lastIndex < text.length) {
    const match = parameter.exec(text)
    if (match === null) return undefined
    const [, name, token, quoted = ''] = match
    if (name === undefined) continue
    const key = name.toLowerCase()
    if (parameters.has(key)) return undefined
    parameters.set(key, token ?? quoted.replace(/\\(.)/g, '$1'))
  }
  return parameters
}

/** Refuses a compressed body, which nobody here unpacks, with `ZZZ_BODY_TYPE` (415, RFC 9110 section 15.5.16). */
export function refuseContentCoding(headers: HeaderList): void {
  const coding = headers.get('content-encoding')
  if (coding === undefined || coding === '' || coding.toLowerCase() === 'identity') return
  throw new ZzzError(
    'ZZZ_BODY_TYPE',
    `Bodies with a content coding are not taken, got ${JSON.stringify(coding)}; send it as it is`,
    { headers: { 'accept-encoding': 'identity' } },
  )
}
