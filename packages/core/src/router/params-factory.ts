import type { PathParams } from './matcher.ts'

/** Makes the parameters of a match: `marks` holds start and end of each value in `text`, one pair after the other. */
export type ParamsFactory = (text: string, marks: readonly number[]) => PathParams

/**
 * Compiles a function that makes the parameters of one pattern in one object literal, so that they share a hidden class
 * and cost half of what adding them key by key does. `names` are identifiers, which `parsePattern` made sure of: that is
 * what makes it safe to put them into code. Where Node forbids code from strings, a loop does the same.
 */
export function createParamsFactory(names: readonly string[]): ParamsFactory {
  const properties = names.map((name, i) => `${name}:text.slice(marks[${2 * i}],marks[${2 * i + 1}])`)
  try {
    return new Function('text', 'marks', `return {${properties.join()}}`) as ParamsFactory
  } catch {
    return (text, marks) => {
      return Object.fromEntries(names.map((name, i) => [name, text.slice(marks[2 * i], marks[2 * i + 1])]))
    }
  }
}
