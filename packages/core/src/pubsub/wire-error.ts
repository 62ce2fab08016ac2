import { errorCodes, HttpError, ZzzError } from '../errors.ts'

/** An error as it goes from one process to another. */
export interface WireError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: string | undefined
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly expose: boolean | undefined
  readonly cause: WireError | undefined
}

/** Causes that go along; a chain may be a ring. */
const depth = 5

/**
 * Takes an error apart; anything else that was thrown becomes one with its text. Never throws, and gives nothing but text
 * and numbers: whoever answers another process with it has nobody to tell of a failure.
 */
export function toWireError(thrown: unknown): WireError {
  return takeApart(thrown, depth)
}

function takeApart(thrown: unknown, left: number): WireError {
  try {
    return fieldsOf(thrown instanceof Error ? thrown : new Error(String(thrown)), left)
  } catch {
    return fieldsOf(new Error('What was thrown cannot be read'), 0)
  }
}

function fieldsOf(error: Error, left: number): WireError {
  const { name, message, stack, cause } = error
  const { code, status, headers, expose } = error as Partial<HttpError>
  return {
    name: String(name),
    message: String(message),
    stack: typeof stack === 'string' ? stack : undefined,
    code: typeof code === 'string' ? code : undefined,
    status: typeof status === 'number' ? status : undefined,
    headers: error instanceof ZzzError ? textsOf(headers) : undefined,
    expose: error instanceof HttpError ? expose === true : undefined,
    cause: cause === undefined || left === 0 ? undefined : takeApart(cause, left - 1),
  }
}

function textsOf(headers: Readonly<Record<string, unknown>> | undefined): Record<string, string> | undefined {
  const texts = Object.entries(headers ?? {}).filter(([, value]) => typeof value === 'string')
  return headers && (Object.fromEntries(texts) as Record<string, string>)
}

/** Puts it together again: one of ours has its class and code, any other its name, message and code. */
export function fromWireError(wire: WireError): Error {
  const { name, message, stack, code, status, expose, headers } = wire
  const cause = wire.cause && fromWireError(wire.cause)
  const error =
    expose !== undefined && status !== undefined
      ? new HttpError(status, message, { cause, expose, headers })
      : code !== undefined && isOurs(code)
        ? new ZzzError(code, message, { cause, status, headers })
        : Object.assign(
            new Error(message, cause && { cause }),
            { name },
            code && { code },
            status && { status },
          )
  // It shows where the error happened, in the other process.
  if (stack !== undefined) error.stack = stack
  return error
}

function isOurs(code: string): code is keyof typeof errorCodes {
  return Object.hasOwn(errorCodes, code)
}
