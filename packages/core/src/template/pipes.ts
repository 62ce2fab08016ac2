import { ZzzError } from '../errors.ts'
import { describe } from '../internal/options.ts'
import { reservedPipes } from './pipe-info.ts'

/** A pipe of an application: the value, then the arguments, then the options as one object. */
export type Pipe = (value: never, ...rest: never[]) => unknown

/**
 * Names the pipes of an application. Their parameters say what templates may give them: `{{total | money:"EUR"}}` needs
 * a `total` that fits the first one. They run on the server with what stands in the data, so they have to be pure and
 * fast; what they give is escaped like any other value, unless it is `Html`.
 *
 * Throws `ZZZ_OPTION_INVALID` for a name that is built in, reserved (`t`) or cannot stand in a template.
 *
 * ```ts
 * export const pipes = definePipes({
 *   money: (cents: number, currency: string) => `${(cents / 100).toFixed(2)} ${currency}`,
 * })
 * ```
 */
export function definePipes<const P extends Readonly<Record<string, Pipe>>>(pipes: P): P {
  for (const [name, pipe] of Object.entries(pipes)) {
    if (!/^[A-Za-z_$][\w$]*$/.test(name) || reservedPipes.has(name)) {
      const why = reservedPipes.has(name) ? 'is built in or reserved' : 'cannot stand in a template'
      throw new ZzzError('ZZZ_OPTION_INVALID', `definePipes: the name ${JSON.stringify(name)} ${why}`)
    }
    if (typeof pipe !== 'function') {
      throw new ZzzError(
        'ZZZ_OPTION_INVALID',
        `definePipes: ${name} has to be a function, got ${describe(pipe)}`,
      )
    }
  }
  return Object.freeze(pipes)
}
