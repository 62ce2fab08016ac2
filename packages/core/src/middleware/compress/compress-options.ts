import { bytesRule, isObject } from '../../internal/option-rules.ts'
import { checkOptions, type OptionRules, type Rule } from '../../internal/options.ts'
import { type Coding, codings, highestLevel } from './coder.ts'

/** Options of `compress`. */
export interface CompressOptions {
  /** Bodies that are known to be smaller go out as they are. Bytes; default 1,024. */
  threshold?: number | undefined
  /** The codings to offer, the one to take first of those that a client likes equally. Default zstd, br, gzip, deflate. */
  encodings?: readonly Coding[] | undefined
  /** From 1, fast, to 19 (zstd), 11 (br) or 9, dense. Default zstd 3, br 4, gzip 6, deflate 6. */
  levels?: Readonly<Partial<Record<Coding, number>>> | undefined
  /** Content types to compress besides the known ones, such as `application/x-map`. Default: none. */
  types?: readonly string[] | undefined
}

const optionRules: OptionRules<CompressOptions> = {
  threshold: bytesRule,
  encodings: [`a list of ${codings.join(', ')}, each once`, isCodings],
  levels: ['an object of levels by coding', isObject],
  types: ['a list of content types without parameters', isTypes],
}

const levelRules: OptionRules<Partial<Record<Coding, number>>> = {
  zstd: levelRule('zstd'),
  br: levelRule('br'),
  gzip: levelRule('gzip'),
  deflate: levelRule('deflate'),
}

/** Throws `ZZZ_OPTION_INVALID`. */
export function checkCompressOptions(options: CompressOptions): void {
  checkOptions('compress', options, optionRules)
  checkOptions('compress, levels', options.levels ?? {}, levelRules)
}

function levelRule(coding: Coding): Rule {
  const highest = highestLevel(coding)
  return [
    `a whole number from 1 to ${highest}`,
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= highest,
  ]
}

function isCodings(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((coding) => codings.includes(coding))
  )
}

function isTypes(value: unknown): boolean {
  return Array.isArray(value) && value.every((type) => /^[\w.+-]+\/[\w.+-]+$/.test(String(type)))
}
