import assert from 'node:assert/strict'
import type { RawClient } from './raw-client.ts'
import type { RawResponse } from './response.ts'
import type { Echo, Subject, SubjectOptions } from './subject.ts'

/** What a case works with. Clients and servers are cleared away behind it. */
export interface Trial {
  /** The name of the back end. */
  readonly backend: string
  readonly scheme: 'http' | 'https'
  /** A connection to the shared echo server, or to `subject`. */
  client(subject?: Subject, options?: { paused?: boolean }): Promise<RawClient>
  /** A server of the case's own. */
  server(options: SubjectOptions): Promise<Subject>
}

/** One conformance case. Its name begins with the section it is about. */
export interface Case {
  readonly name: string
  run(trial: Trial): Promise<void>
}

/** Bytes to send; a list of pieces is joined. */
export type Wire = string | Buffer

/** A case with code of its own. */
export function check(name: string, run: Case['run']): Case {
  return { name, run }
}

/**
 * The request is refused: one reply with a status of `statuses`, saying that the connection closes, and it closes without
 * another byte.
 */
export function refused(name: string, wire: Wire, statuses: number | readonly number[] = 400): Case {
  return check(name, async (trial) => {
    const client = await trial.client()
    client.send(wire)
    await expectRefusal(client, statuses)
  })
}

/** As `refused`, behind requests that are accepted: `before` gives what each of them echoes. */
export function refusedAfter(name: string, wire: Wire, before: readonly Partial<Echo>[], status = 400): Case {
  return check(name, async (trial) => {
    const client = await trial.client()
    client.send(wire)
    for (const expected of before) expectEcho(await client.response(), expected)
    await expectRefusal(client, status)
  })
}

/** The requests are accepted, and the server saw exactly these. */
export function accepted(name: string, wire: Wire, ...echoes: readonly Partial<Echo>[]): Case {
  return check(name, async (trial) => {
    const client = await trial.client()
    client.send(wire)
    for (const expected of echoes) expectEcho(await client.response(expected.method), expected)
    client.end()
    assert.equal((await client.closed()).toString('latin1'), '')
  })
}

/** Refused or accepted as told: for what the RFC leaves to the server. */
export function either(name: string, wire: Wire, expected: Partial<Echo>, status = 400): Case {
  return check(name, async (trial) => {
    const client = await trial.client()
    client.send(wire)
    const response = await client.response()
    if (response.status === 200) expectEcho(response, expected)
    else assert.equal(response.status, status)
  })
}

export async function expectRefusal(client: RawClient, statuses: number | readonly number[]): Promise<void> {
  const response = await client.response()
  const allowed = typeof statuses === 'number' ? [statuses] : statuses
  assert.ok(
    allowed.includes(response.status),
    `status ${response.status} ${response.body}, expected ${allowed.join(' or ')}`,
  )
  assert.equal(response.headers.get('connection'), 'close')
  assert.equal((await client.closed()).toString('latin1'), '', 'nothing follows a refusal')
}

export function expectEcho(response: RawResponse, expected: Partial<Echo>): void {
  assert.equal(response.status, 200, `${response.status}: ${response.body}`)
  if (expected.method === 'HEAD') return
  const seen = JSON.parse(response.body.toString()) as Echo
  for (const [key, value] of Object.entries(expected)) assert.equal(seen[key as keyof Echo], value, key)
}

/** Text of a GET with further header lines. */
export function get(target: string, ...lines: readonly string[]): string {
  return message(`GET ${target} HTTP/1.1`, ['Host: a', ...lines])
}

/** Text of a POST whose body is declared by its length. */
export function post(body: string, ...lines: readonly string[]): string {
  return message('POST / HTTP/1.1', ['Host: a', `Content-Length: ${body.length}`, ...lines]) + body
}

/** Text of a chunked POST; `body` is what stands on the wire. */
export function chunked(body: string, ...lines: readonly string[]): string {
  return message('POST / HTTP/1.1', ['Host: a', 'Transfer-Encoding: chunked', ...lines]) + body
}

/** A head from a request line and header lines. */
export function message(requestLine: string, lines: readonly string[]): string {
  return [requestLine, ...lines, '', ''].join('\r\n')
}
