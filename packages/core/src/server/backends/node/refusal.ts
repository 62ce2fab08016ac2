import type { ZzzError } from '../../../errors.ts'
import { reasonPhrase } from '../../../http/status.ts'

/** The last reply on a connection whose input cannot be a request, as bytes for the socket. */
export function refusal(fault: ZzzError): string {
  const { status, message } = fault
  const text = status < 500 ? `${message}\n` : ''
  const body = `${status} ${reasonPhrase(status)}\n${text}`
  return (
    `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\ncontent-type: text/plain; charset=utf-8\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\ndate: ${new Date().toUTCString()}\r\nconnection: close\r\n\r\n${body}`
  )
}
