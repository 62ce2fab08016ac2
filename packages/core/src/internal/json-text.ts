import { isPromise } from './maybe-promise.ts'
import { describe } from './options.ts'

/** Makes the error of a value without JSON; `why` goes on with a sentence that begins with the value's name. */
export type RefuseJson = (why: string, cause?: unknown) => Error

/** The JSON of a value. Throws what `refuse` makes for one that has none: a promise, a function, a cycle, a bigint. */
export function jsonText(value: unknown, refuse: RefuseJson): string {
  if (isPromise(value)) throw refuse('is a promise; await it first')
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw refuse(`has no JSON text: ${(cause as Error).message}`, cause)
  }
  if (text === undefined) throw refuse(`is ${describe(value)}, which has no JSON text`)
  return text
}
