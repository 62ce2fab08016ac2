import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { ZzzError } from '../errors.ts'

/** The client a PROXY header names; undefined addresses for one that names none (`UNKNOWN`, `LOCAL`: a health check). */
export interface ProxiedClient {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
}

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
/** The longest line of version 1, CRLF included. */
const longestLine = 107
/** Bytes of a version 2 header, at most: addresses and the extensions (TLVs) that proxies add. */
const longestHeader = 16 + 2048
const nobody: ProxiedClient = { remoteAddress: undefined, remotePort: undefined }

/**
 * Parses a header of the PROXY protocol, version 1 or 2 (haproxy.org, proxy-protocol.txt). Gives the client and the
 * length of the header, or undefined when it has not wholly arrived. Throws `ZZZ_PROXY_HEADER` for anything else.
 */
export function parseProxyHeader(bytes: Buffer): { client: ProxiedClient; length: number } | undefined {
  const begins = Math.min(bytes.length, signature.length)
  if (bytes.subarray(0, begins).equals(signature.subarray(0, begins))) return parseBinary(bytes)
  const prefix = bytes.toString('latin1', 0, Math.min(bytes.length, 6))
  if (!'PROXY '.startsWith(prefix)) throw malformed('it does not begin with one')
  return parseLine(bytes)
}

function parseLine(bytes: Buffer): { client: ProxiedClient; length: number } | undefined {
  const end = bytes.indexOf('\r\n')
  if (end === -1 || end + 2 > longestLine) {
    if (bytes.length >= longestLine) throw malformed('the line is too long')
    return undefined
  }
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = '', ...rest] = bytes
    .toString('latin1', 0, end)
    .split(' ')
  const length = end + 2
  if (family === 'UNKNOWN') return { client: nobody, length }
  const version = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : 0
  const sound =
    version !== 0 &&
    isIP(source) === version &&
    isIP(destination) === version &&
    isPort(sourcePort) &&
    isPort(destinationPort) &&
    rest.length === 0
  if (!sound) throw malformed('the line is malformed')
  return { client: { remoteAddress: source, remotePort: Number(sourcePort) }, length }
}

function parseBinary(bytes: Buffer): { client: ProxiedClient; length: number } | undefined {
  if (bytes.length < 16) return undefined
  const command = bytes.readUInt8(12)
  const family = bytes.readUInt8(13)
  const length = 16 + bytes.readUInt16BE(14)
  if (command >> 4 !== 2 || (command & 15) > 1) throw malformed('the version or command is unknown')
  if (length > longestHeader) throw malformed('it is too long')
  if (bytes.length < length) return undefined
  if ((command & 15) === 0) return { client: nobody, length }
  if (family >> 4 === 1 && length >= 28) {
    return {
      client: { remoteAddress: [...bytes.subarray(16, 20)].join('.'), remotePort: bytes.readUInt16BE(24) },
      length,
    }
  }
  if (family >> 4 === 2 && length >= 52) {
    return {
      client: { remoteAddress: addressText(bytes.subarray(16, 32)), remotePort: bytes.readUInt16BE(48) },
      length,
    }
  }
  if (family >> 4 === 1 || family >> 4 === 2) throw malformed('the addresses are cut off')
  return { client: nobody, length }
}

function addressText(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65535
}

function malformed(why: string): ZzzError {
  const advice = 'With proxyProtocol on, every connection has to come from a proxy that sends one'
  return new ZzzError('ZZZ_PROXY_HEADER', `A connection sent no PROXY header: ${why}. ${advice}`)
}

/**
 * Reads the PROXY header off a socket that nobody reads yet, and leaves it paused with the rest of its bytes. Rejects
 * when the header is malformed, takes longer than `timeout` milliseconds, or the connection ends.
 */
export function readProxyHeader(socket: Socket, timeout: number): Promise<ProxiedClient> {
  const { promise, resolve, reject } = Promise.withResolvers<ProxiedClient>()
  let received = Buffer.alloc(0)
  const onData = (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    try {
      const header = parseProxyHeader(received)
      if (header === undefined) return
      socket.pause()
      if (received.length > header.length) socket.unshift(received.subarray(header.length))
      resolve(header.client)
    } catch (error) {
      reject(error)
    }
  }
  const onEnd = () => reject(malformed('it ended before'))
  const onError = (error: Error) => reject(error)
  const timer =
    timeout === Number.POSITIVE_INFINITY
      ? undefined
      : setTimeout(() => reject(malformed('it took too long')), timeout)
  socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError)
  socket.resume()
  return promise.finally(() => {
    clearTimeout(timer)
    socket.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError)
  })
}
