import type { ErrorCode } from '../errors.ts'

const digits = /^[0-9]{1,16}$/
const notCoding = /[^!#$%&'*+\-.^_`|~0-9a-z]/i

/**
 * The value of a `Content-Length` line, or -1 when it is not 1*DIGIT or beyond what a number holds exactly. A list
 * (`5, 5`) is refused too, though RFC 9112 section 6.3 would let equal values pass: no honest client sends one.
 */
export function parseContentLength(value: string): number {
  if (!digits.test(value)) return -1
  const length = Number(value)
  return Number.isSafeInteger(length) ? length : -1
}

/**
 * What is wrong with the transfer codings of a request, its `Transfer-Encoding` lines joined with commas; undefined for
 * exactly `chunked`. A coding we do not know is 501 (RFC 9112 section 6.1); `chunked` twice, not last, or with
 * parameters, and a list with empty members, are 400 (section 6.3).
 */
export function transferCodingFault(value: string): ErrorCode | undefined {
  if (value === 'chunked') return undefined
  const codings = value.split(',').map((coding) => coding.replace(/^[ \t]+|[ \t]+$/g, '').toLowerCase())
  if (codings.length === 1 && codings[0] === 'chunked') return undefined
  if (codings.some((coding) => coding === '' || notCoding.test(coding))) return 'ZZZ_REQUEST_MALFORMED'
  const first = codings.indexOf('chunked')
  const isLastOnly = first === -1 || first === codings.length - 1
  return isLastOnly ? 'ZZZ_TRANSFER_CODING' : 'ZZZ_REQUEST_MALFORMED'
}
