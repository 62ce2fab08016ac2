import { isObject } from '../../internal/option-rules.ts'
import type { Rule } from '../../internal/options.ts'

/** The rule of a key for the principal. */
export const keyRule: Rule = ['a key made by assign()', (value) => isObject(value) && 'name' in value]
