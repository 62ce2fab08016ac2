import type { ServerHttp2Stream } from 'node:http2'
import type { MessageStream } from './request-body.ts'

/** A stream as an exchange reads it; trailers are dropped, their size is nghttp2's business. */
export class Http2Message implements MessageStream {
  complete = false
  readonly rawTrailers: readonly string[] = []
  readonly #stream: ServerHttp2Stream

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream
  }

  on(event: 'data' | 'end', listener: (chunk: Buffer) => void): void {
    if (event === 'data') {
      this.#stream.on('data', listener)
    } else {
      this.#stream.on('end', () => {
        this.complete = true
        listener(Buffer.alloc(0))
      })
    }
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }
}
