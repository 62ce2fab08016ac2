import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import type { HttpVersion } from '../../../http/request.ts'
import { reasonPhrase } from '../../../http/status.ts'
import type { ReplyPlan, WholeBody } from './reply-plan.ts'
import type { ReplyTarget } from './reply-target.ts'

/** A reply over HTTP/1.1. */
export class Http1Target implements ReplyTarget {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get stream(): Writable {
    return this.#response
  }

  get keepAlive(): boolean {
    return this.#response.shouldKeepAlive
  }

  get gone(): boolean {
    return this.#response.destroyed
  }

  get headSent(): boolean {
    return this.#response.headersSent
  }

  continue(): void {
    this.#response.writeContinue()
  }

  whenSent(done: () => void): void {
    this.#response.on('finish', done)
  }

  head(plan: ReplyPlan, keepAlive: boolean, version: HttpVersion): void {
    const { status, headers, length, openEnded, upgrade } = plan
    const response = this.#response
    if (length !== undefined) headers.push('content-length', String(length))
    else if (openEnded && version !== '1.0') headers.push('transfer-encoding', 'chunked')
    if (upgrade !== undefined) headers.push('upgrade', upgrade)
    const connection = connectionField(upgrade, keepAlive, version)
    if (connection !== '') headers.push('connection', connection)
    // Without these two, Node would add a Connection of its own, and chunks for an HTTP/1.0 client that sent TE.
    response.removeHeader('connection')
    response.useChunkedEncodingByDefault = false
    response.writeHead(status, reasonPhrase(status), headers)
  }

  flushHead(): void {
    // `flushHeaders` would encode it as UTF-8.
    this.#response.write('', 'latin1')
  }

  /** In Latin-1, and so in one write with the head: Node puts both into one string, which is encoded as a whole. */
  end(body: WholeBody): void {
    if (body === null || body.length === 0) this.#response.end()
    else this.#response.end(body, 'latin1')
  }
}

/** `Connection` as far as the version does not imply it; who names a protocol in `Upgrade` says so there (RFC 9110 7.8). */
function connectionField(upgrade: string | undefined, keepAlive: boolean, version: HttpVersion): string {
  const own = !keepAlive ? 'close' : version === '1.0' ? 'keep-alive' : ''
  if (upgrade === undefined) return own
  return own === '' ? 'upgrade' : `upgrade, ${own}`
}
