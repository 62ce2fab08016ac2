import type { Transform } from 'node:stream'
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'

/** The content codings that replies can be compressed with (RFC 9110 section 8.4.1, RFC 7932, RFC 8878). */
export type Coding = 'zstd' | 'br' | 'gzip' | 'deflate'

/** A stream of `node:zlib`. */
export type Engine = Transform & { flush(kind: number, done: () => void): void }

/** One coding at one level. */
export interface Coder {
  readonly coding: Coding
  /** Compresses a small body at once; for little input that takes a fraction of what a trip to the thread pool does. */
  whole(body: Uint8Array | string): Uint8Array
  /** Makes a compressor for a stream. It holds memory outside the heap until it has ended or is destroyed. */
  open(): Engine
  /** What `Engine.flush` needs to be told so that all input so far can be decoded by the client. */
  readonly flushKind: number
}

interface Kind {
  readonly level: number
  readonly highest: number
  readonly make: (level: number) => Omit<Coder, 'coding'>
}

const kinds: Readonly<Record<Coding, Kind>> = {
  zstd: { level: 3, highest: 19, make: zstd },
  br: { level: 4, highest: 11, make: brotli },
  gzip: { level: 6, highest: 9, make: gzip },
  // RFC 9110 means zlib's format (RFC 1950) by this name, not bare deflate.
  deflate: { level: 6, highest: 9, make: deflate },
}

/** The order of choice where a client has none: zstd is as dense as gzip at a third of its time, brotli the densest. */
export const codings: readonly Coding[] = Object.keys(kinds) as Coding[]

/** Makes the coder of a coding, at its usual level unless told. */
export function createCoder(coding: Coding, level: number = kinds[coding].level): Coder {
  return { coding, ...kinds[coding].make(level) }
}

/** The highest level of a coding; the lowest is 1. */
export function highestLevel(coding: Coding): number {
  return kinds[coding].highest
}

function zstd(level: number): Omit<Coder, 'coding'> {
  const options = { params: { [constants.ZSTD_c_compressionLevel]: level } }
  return {
    whole: (body) => zstdCompressSync(body, options),
    open: () => createZstdCompress(options),
    flushKind: constants.ZSTD_e_flush,
  }
}

function brotli(level: number): Omit<Coder, 'coding'> {
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: level } }
  return {
    whole: (body) => brotliCompressSync(body, options),
    open: () => createBrotliCompress(options),
    flushKind: constants.BROTLI_OPERATION_FLUSH,
  }
}

function gzip(level: number): Omit<Coder, 'coding'> {
  return {
    whole: (body) => gzipSync(body, { level }),
    open: () => createGzip({ level }),
    flushKind: constants.Z_SYNC_FLUSH,
  }
}

function deflate(level: number): Omit<Coder, 'coding'> {
  return {
    whole: (body) => deflateSync(body, { level }),
    open: () => createDeflate({ level }),
    flushKind: constants.Z_SYNC_FLUSH,
  }
}
