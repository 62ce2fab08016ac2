import { redactUrls } from './secret-names.ts'

/** An error as plain data for a log. */
export interface ErrorRecord {
  readonly type: string
  readonly message: string
  readonly code?: string | undefined
  readonly status?: number | undefined
  readonly stack?: string | undefined
  /** What caused it, and what caused that. */
  readonly cause?: ErrorRecord | undefined
  /** The errors in an `AggregateError`; what a failed validation lists is no error. */
  readonly errors?: readonly ErrorRecord[] | undefined
}

const limits = { causes: 8, errors: 10, text: 8192 }

/**
 * Anything that was thrown, as data: type, message, code, status and stack, and the same of its causes. Other properties
 * are left out, since errors of libraries carry requests with their credentials. Never throws.
 */
export function errorRecord(error: unknown, options: { stack?: boolean } = {}): ErrorRecord {
  return toRecord(error, options.stack ?? true, 0)
}

function toRecord(error: unknown, stack: boolean, depth: number): ErrorRecord {
  try {
    if (!(error instanceof Error)) return { type: typeof error, message: text(plainText(error)) }
    const { code, status, cause, errors } = error as {
      code?: unknown
      status?: unknown
    } & Partial<AggregateError>
    const deeper = depth < limits.causes
    const inner = (one: unknown): ErrorRecord => toRecord(one, stack, depth + 1)
    return {
      type: text(String(error.name)),
      message: text(String(error.message)),
      ...(typeof code === 'string' && { code: text(code) }),
      ...(typeof status === 'number' && { status }),
      ...(stack && typeof error.stack === 'string' && { stack: text(error.stack) }),
      ...(cause !== undefined && deeper && { cause: inner(cause) }),
      ...(hasErrors(errors) && deeper && { errors: errors.slice(0, limits.errors).map(inner) }),
    }
  } catch {
    return { type: 'unreadable', message: 'What was thrown cannot be read' }
  }
}

function hasErrors(errors: unknown): errors is readonly unknown[] {
  return Array.isArray(errors) && errors.some((one) => one instanceof Error)
}

function plainText(thrown: unknown): string {
  return typeof thrown === 'object' || typeof thrown === 'function'
    ? 'no error was thrown, but a value'
    : String(thrown)
}

function text(value: string): string {
  return redactUrls(value.length > limits.text ? `${value.slice(0, limits.text)}[cut]` : value)
}
