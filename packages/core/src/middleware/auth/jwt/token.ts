import { ownText } from '../../../internal/own-text.ts'

/** The parts of a JSON Web Token in compact form (RFC 7515 section 3.1), none of them believed yet. */
export interface Token {
  readonly text: string
  readonly header: TokenHeader
  /** What is signed: header and payload as they came. */
  readonly signed: string
  /** The payload, still in base64url. */
  readonly payload: string
  /** The signature in base64url. */
  readonly signature: string
}

/** What is read of a header. Keys that it brings along (`jwk`, `jku`, `x5u`, `x5c`) are not looked at. */
export interface TokenHeader {
  readonly alg: string
  readonly kid: string | undefined
  readonly typ: string | undefined
}

/** What a step of the verification gives: a value, or why the token is refused, in words that clients may read. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string; readonly cause?: unknown }

/** A refusal, with its reason. */
export const refuse = (reason: string, cause?: unknown): { ok: false; reason: string; cause: unknown } => ({
  ok: false,
  reason,
  cause,
})

const compact = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

/** Makes the reader of tokens with these algorithms (RFC 8725 section 3.1) and, if wanted, this type (section 3.11). */
export function tokenReader(options: {
  readonly algorithms: readonly string[]
  readonly typ: string | undefined
  readonly maxLength: number
}): (text: string) => Outcome<Token> {
  const { algorithms, maxLength } = options
  const typ = options.typ && mediaType(options.typ)
  // Nearly all tokens of an issuer have the same header; what was found of one text holds for the next.
  let last: { readonly text: string; readonly header: TokenHeader } | undefined

  function headerOf(text: string): Outcome<TokenHeader> {
    if (last?.text === text) return { ok: true, value: last.header }
    const fields = jsonObject(text)
    if (fields === undefined) return refuse('The header of the token is no JSON object')
    const { alg, kid, crit } = fields
    if (typeof alg !== 'string' || !algorithms.includes(alg)) {
      return refuse('The token is signed with an algorithm that is not allowed')
    }
    // Extensions that have to be understood (RFC 7515 section 4.1.11); none is.
    if (crit !== undefined) return refuse('The token has critical extensions, and none is supported')
    if (kid !== undefined && typeof kid !== 'string') return refuse('The kid of the token is no text')
    if (typ !== undefined && (typeof fields.typ !== 'string' || mediaType(fields.typ) !== typ)) {
      return refuse('The token is of another type than is accepted here')
    }
    const header = { alg, kid, typ: typeof fields.typ === 'string' ? fields.typ : undefined }
    last = { text: ownText(text), header }
    return { ok: true, value: header }
  }

  return (text) => {
    if (text.length > maxLength) return refuse(`The token is longer than ${maxLength} characters`)
    const parts = compact.exec(text)
    if (parts === null) return refuse('The token is not of the form header.payload.signature')
    const [, head = '', payload = '', signature = ''] = parts
    const header = headerOf(head)
    if (!header.ok) return header
    const signed = text.slice(0, head.length + 1 + payload.length)
    return { ok: true, value: { text, header: header.value, signed, payload, signature } }
  }
}

/** The object that base64url-encoded JSON stands for; undefined for anything else. */
export function jsonObject(encoded: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** A `typ` in the form that is compared: case and a leading `application/` mean nothing (RFC 7515 section 4.1.9). */
function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '')
}
