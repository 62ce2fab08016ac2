/** What is wrong with a field. The message may hold places like `%{count}`, which `params` fill. */
export interface FieldError {
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
}

/** The errors of all fields by name. */
export type FieldErrors = Readonly<Record<string, readonly FieldError[]>>

/** The message of an error with its places filled: `should be at least 3 characters`. */
export function formatError({ message, params }: FieldError): string {
  return message.replaceAll(/%\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : place,
  )
}
