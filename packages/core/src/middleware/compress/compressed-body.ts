import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { BodyProducer } from '../../http/body-producer.ts'
import type { StreamBody } from '../../http/reply.ts'
import type { Coder, Engine } from './coder.ts'

/**
 * A body that is compressed while it is sent, no faster than the client takes it. One piece is asked for ahead; while the
 * source has none ready, everything so far is flushed, so that a slow stream arrives piece by piece and a fast one is
 * compressed as a whole. Nothing is opened before the first piece is asked for, and a client that leaves ends the source
 * and frees the compressor at once.
 */
export function compressedBody(open: () => BodyProducer, coder: Coder): StreamBody {
  return { [Symbol.asyncIterator]: () => new Compression(open(), coder) }
}

type Piece = Uint8Array | string | null

class Compression implements AsyncIterator<Uint8Array> {
  readonly #source: BodyProducer
  readonly #coder: Coder
  #engine: Engine | undefined
  /** What the compressor gave and was not taken yet; never more than one piece of the source makes. */
  readonly #output: Uint8Array[] = []
  /** The piece that was asked for ahead. */
  #ahead: Promise<Piece> | undefined
  #arrived = false
  #over = false

  constructor(source: BodyProducer, coder: Coder) {
    this.#source = source
    this.#coder = coder
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      while (this.#output.length === 0 && !this.#over) await this.#step()
    } catch (error) {
      this.#close()
      throw error
    }
    const value = this.#output.shift()
    return value === undefined ? { done: true, value } : { done: false, value }
  }

  /** Called when the client leaves, also while `next` waits: the source may be silent for long. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#close()
    return { done: true, value: undefined }
  }

  /** Takes one piece of the source. */
  async #step(): Promise<void> {
    const piece = await (this.#ahead ?? this.#source.next())
    if (this.#over) return
    this.#engine ??= this.#open()
    if (piece === null) return this.#finish(this.#engine)
    this.#askAhead()
    if (piece.length > 0) await write(this.#engine, piece)
    if (!this.#arrived) await setImmediate()
    if (!this.#arrived && !this.#over) await flush(this.#engine, this.#coder.flushKind)
  }

  #open(): Engine {
    const engine = this.#coder.open()
    engine.on('data', (chunk: Uint8Array) => this.#output.push(chunk))
    // Whoever waits for the engine hears of its failure.
    engine.on('error', () => {})
    return engine
  }

  #askAhead(): void {
    this.#arrived = false
    const arrive = () => {
      this.#arrived = true
    }
    this.#ahead = this.#source.next()
    this.#ahead.then(arrive, arrive)
  }

  async #finish(engine: Engine): Promise<void> {
    this.#over = true
    engine.end()
    await once(engine, 'end')
  }

  #close(): void {
    this.#over = true
    this.#output.length = 0
    this.#source.cancel()
    this.#engine?.destroy()
  }
}

function write(engine: Engine, piece: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    engine.write(piece, (error) => (error ? reject(error) : resolve()))
  })
}

function flush(engine: Engine, kind: number): Promise<void> {
  return new Promise((resolve) => engine.flush(kind, resolve))
}
