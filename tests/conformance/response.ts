/** One response as it came over the wire. */
export interface RawResponse {
  readonly status: number
  readonly reason: string
  /** Lower-case names; several lines of one name joined with a comma. */
  readonly headers: ReadonlyMap<string, string>
  /** The header lines as sent, Latin-1. */
  readonly lines: readonly string[]
  readonly body: Buffer
}

/** A parsed response and how many bytes it took; undefined while more input is needed. */
export type Parsed = { readonly response: RawResponse; readonly size: number } | undefined

interface Head {
  readonly status: number
  readonly reason: string
  readonly headers: Map<string, string>
  readonly lines: string[]
  readonly size: number
}

/**
 * Parses the response at the start of `bytes`, strictly: whatever a careful client might misread throws. `method` is the
 * request's, `ended` says that the server has closed, which ends a body without a length.
 */
export function parseResponse(bytes: Buffer, method: string, ended: boolean): Parsed {
  const head = parseHead(bytes)
  if (head === undefined) return undefined
  const { status, headers } = head
  const bodyless = method === 'HEAD' || status < 200 || status === 204 || status === 304
  const rest = bytes.subarray(head.size)
  if (headers.has('transfer-encoding') && headers.has('content-length'))
    throw new Error('Two framings in one reply')
  if (bodyless) return done(head, Buffer.alloc(0), 0)
  if (headers.get('transfer-encoding') === 'chunked') return parseChunks(head, rest)
  if (headers.has('transfer-encoding'))
    throw new Error(`Transfer-Encoding: ${headers.get('transfer-encoding')}`)
  const length = headers.get('content-length')
  if (length === undefined) return ended ? done(head, rest, rest.length) : undefined
  if (!/^\d+$/.test(length)) throw new Error(`Content-Length: ${length}`)
  return rest.length < Number(length)
    ? undefined
    : done(head, rest.subarray(0, Number(length)), Number(length))
}

/** Parses a head alone; for replies whose body is looked at as it comes. */
export function parseHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const match = /^HTTP\/1\.1 ([1-5]\d\d) ([\t\x20-\x7e]*)$/.exec(statusLine)
  if (match === null) throw new Error(`Status line ${JSON.stringify(statusLine)}`)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line)
    if (field === null) throw new Error(`Header line ${JSON.stringify(line)}`)
    const name = (field[1] as string).toLowerCase()
    const before = headers.get(name)
    headers.set(name, before === undefined ? (field[2] as string) : `${before},${field[2]}`)
  }
  return { status: Number(match[1]), reason: match[2] as string, headers, lines, size: end + 4 }
}

function parseChunks(head: Head, rest: Buffer): Parsed {
  const pieces: Buffer[] = []
  let position = 0
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', position)
    if (lineEnd === -1) return undefined
    const text = rest.toString('latin1', position, lineEnd)
    if (!/^[0-9a-fA-F]{1,8}$/.test(text)) throw new Error(`Chunk size ${JSON.stringify(text)}`)
    const size = Number.parseInt(text, 16)
    const start = lineEnd + 2
    if (rest.length < start + size + 2) return undefined
    if (rest.toString('latin1', start + size, start + size + 2) !== '\r\n')
      throw new Error('A chunk has no end')
    pieces.push(rest.subarray(start, start + size))
    position = start + size + 2
    if (size === 0) return done(head, Buffer.concat(pieces), position)
  }
}

function done(head: Head, body: Buffer, bodySize: number): Parsed {
  const { size, ...rest } = head
  return { response: { ...rest, body: Buffer.from(body) }, size: size + bodySize }
}
