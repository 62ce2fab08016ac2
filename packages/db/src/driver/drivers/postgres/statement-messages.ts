import type { Raw } from '../../../schema/data-type.ts'

/** What of a statement goes to the server. */
export interface StatementMessage {
  /** The name under which the server knows the statement; empty for one that comes once. */
  readonly name: string
  /** Its text, where the server has yet to learn it. */
  readonly text: string | undefined
  readonly parameters: readonly Raw[]
}

/** Execute without a limit of rows, then Sync: the end of every statement. */
const end = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4])

/** A message's letter, length, and the counts in it: more than the fixed parts of Parse and Bind take together. */
const fixed = 32

/**
 * Parse where it is needed, Bind, Execute and Sync as one piece (PostgreSQL, "Frontend/Backend Protocol"). There is no
 * Describe: whoever made the statement knows its columns. Parameters are text, except for bytes.
 */
export function toMessages({ name, text, parameters }: StatementMessage): Buffer {
  const raws = parameters.map(toSent)
  const buffer = Buffer.allocUnsafe(sizeOf(name, text, raws))
  let at = 0
  if (text !== undefined) at = writeParse(buffer, name, text)
  at = writeBind(buffer, at, name, raws)
  return buffer.subarray(0, at + end.copy(buffer, at))
}

type Sent = string | Uint8Array | null

function toSent(raw: Raw): Sent {
  return typeof raw === 'number' || typeof raw === 'bigint' ? String(raw) : raw
}

/** At least as many bytes as the messages have. */
function sizeOf(name: string, text: string | undefined, parameters: readonly Sent[]): number {
  let size = fixed + end.length + 2 * Buffer.byteLength(name)
  if (text !== undefined) size += Buffer.byteLength(text)
  for (const parameter of parameters) size += 6 + (parameter === null ? 0 : Buffer.byteLength(parameter))
  return size
}

function writeParse(buffer: Buffer, name: string, text: string): number {
  buffer[0] = 0x50
  const at = writeText(buffer, writeText(buffer, 5, name), text)
  return closeMessage(buffer, 0, buffer.writeInt16BE(0, at))
}

function writeBind(buffer: Buffer, start: number, name: string, parameters: readonly Sent[]): number {
  buffer[start] = 0x42
  // The portal has no name.
  buffer[start + 5] = 0
  let at = writeFormats(buffer, writeText(buffer, start + 6, name), parameters)
  at = buffer.writeUInt16BE(parameters.length, at)
  for (const parameter of parameters) at = writeParameter(buffer, at, parameter)
  // All results are text.
  return closeMessage(buffer, start, buffer.writeInt16BE(0, at))
}

/** None at all stands for text throughout. */
function writeFormats(buffer: Buffer, start: number, parameters: readonly Sent[]): number {
  if (!parameters.some(isBytes)) return buffer.writeInt16BE(0, start)
  let at = buffer.writeUInt16BE(parameters.length, start)
  for (const parameter of parameters) at = buffer.writeInt16BE(isBytes(parameter) ? 1 : 0, at)
  return at
}

function isBytes(parameter: Sent): parameter is Uint8Array {
  return typeof parameter === 'object' && parameter !== null
}

function writeParameter(buffer: Buffer, at: number, parameter: Sent): number {
  if (parameter === null) return buffer.writeInt32BE(-1, at)
  const start = at + 4
  let length = parameter.length
  if (typeof parameter === 'string') length = buffer.write(parameter, start)
  else buffer.set(parameter, start)
  buffer.writeInt32BE(length, at)
  return start + length
}

/** A text and the zero behind it. */
function writeText(buffer: Buffer, start: number, text: string): number {
  const at = start + buffer.write(text, start)
  buffer[at] = 0
  return at + 1
}

/** Fills in the length of a message, which counts itself and not the letter. */
function closeMessage(buffer: Buffer, start: number, end: number): number {
  buffer.writeInt32BE(end - start - 1, start + 1)
  return end
}
