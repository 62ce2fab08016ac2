import type { Readable } from 'node:stream'
import { Dicer } from '@fastify/busboy'
import { ZzzError } from '../../errors.ts'
import type { BodySource } from '../body-source.ts'
import type { PartHeaders } from './part-header.ts'

/** One part of a multipart body as it arrives. */
export interface RawPart {
  readonly headers: PartHeaders
  /** Its bytes. Whoever leaves them unread skips the rest when asking for the next part. */
  readonly content: AsyncIterable<Uint8Array>
}

/** Bytes that the parser gets at once, whatever the size of what arrives: it takes all parts in them apart in one go. */
const bite = 64 * 1024

/**
 * Splits a multipart body (RFC 2046 section 5.1) into its parts, no faster than they are read: the body is read while a
 * part's bytes or the next part are waited for. Leaving the loop gives the rest of the body up.
 *
 * Throws `ZZZ_BODY_MALFORMED` (400) for a body that does not end with its last boundary, `ZZZ_BODY_TOO_LARGE` (413)
 * beyond `total` bytes, and what the source throws.
 */
export async function* splitParts(
  source: BodySource,
  boundary: string,
  total: number,
): AsyncGenerator<RawPart, void, void> {
  if (source.length !== undefined && source.length > total) {
    source.cancel()
    throw tooLarge(total)
  }
  const splitter = new Splitter(boundary)
  feed(splitter, source, total).catch((error) => splitter.fail(error))
  try {
    for (let part = await splitter.next(); part !== undefined; part = await splitter.next()) {
      yield { headers: part.headers, content: splitter.read(part.stream) }
      part.stream.resume()
    }
  } finally {
    splitter.close()
    source.cancel()
  }
}

async function feed(splitter: Splitter, source: BodySource, total: number): Promise<void> {
  let size = 0
  for (let piece = await source.read(); piece !== null; piece = await source.read()) {
    size += piece.length
    if (size > total) throw tooLarge(total)
    for (let at = 0; at < piece.length; at += bite) await splitter.write(piece.subarray(at, at + bite))
  }
  splitter.end()
}

function tooLarge(total: number): ZzzError {
  return new ZzzError('ZZZ_BODY_TOO_LARGE', `The form is larger than the ${total} bytes that are taken here`)
}

interface WaitingPart {
  readonly headers: PartHeaders
  readonly stream: Readable
}

/** Between the one who writes bytes and the one who takes parts, each waiting for the other. */
class Splitter {
  readonly #parser: Dicer
  readonly #waiting: WaitingPart[] = []
  #current: Readable | undefined
  /** A part began, and its header is not through. */
  #inHeader = false
  #finished = false
  #error: unknown
  #closed = false
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()

  constructor(boundary: string) {
    // Twice what `readPartHeader` lets through: the parser drops silently what goes beyond its own limit.
    const limits = { boundary, maxHeaderSize: 16384 }
    this.#parser = new Dicer(limits)
    this.#parser.on('part', (stream) => this.#begin(stream))
    this.#parser.on('error', () => this.fail(malformed('does not end with its last boundary')))
    this.#parser.on('finish', () => this.#finish())
  }

  /** Hands bytes to the parser; done when they are taken, and all parts that began in them. */
  async write(bytes: Uint8Array): Promise<void> {
    // What follows the last boundary is no part of the form.
    if (this.#finished || this.#closed) return
    await new Promise<void>((resolve) => this.#parser.write(bytes, () => resolve()))
    while (this.#waiting.length > 0 && !this.#closed) await this.#changed.promise
  }

  end(): void {
    if (!this.#finished && !this.#closed) this.#parser.end()
  }

  /** The next part, or undefined after the last. */
  async next(): Promise<WaitingPart | undefined> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error
      const part = this.#waiting.shift()
      if (part !== undefined) {
        this.#current = part.stream
        this.#change()
        return part
      }
      if (this.#finished) return undefined
      await this.#changed.promise
    }
  }

  /** The bytes of a part; leaving the loop leaves the rest in place. */
  async *read(stream: Readable): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* stream.iterator({ destroyOnReturn: false })
    } catch (error) {
      // The parser has words of its own for what broke it off.
      throw this.#error ?? error
    }
  }

  /** Breaks off, for whoever takes parts and for whoever reads one. */
  fail(error: unknown): void {
    if (this.#closed || this.#error !== undefined) return
    this.#error = error
    this.#current?.destroy(error as Error)
    this.close()
  }

  close(): void {
    this.#closed = true
    this.#parser.destroy()
    for (const { stream } of this.#waiting) stream.destroy()
    this.#change()
  }

  #begin(stream: Readable): void {
    // Errors reach the reader by `fail`; without a listener Node would end the process.
    stream.on('error', () => {})
    if (this.#inHeader) return this.fail(malformed('has a part without an end of its header'))
    this.#inHeader = true
    stream.on('header', (headers: PartHeaders) => {
      this.#inHeader = false
      this.#waiting.push({ headers, stream })
      this.#change()
    })
  }

  #finish(): void {
    if (this.#inHeader) return this.fail(malformed('has a part without an end of its header'))
    this.#finished = true
    this.#change()
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

function malformed(what: string): ZzzError {
  return new ZzzError('ZZZ_BODY_MALFORMED', `The form ${what}`)
}
