import { type Atom, atomSets } from './inference/shape.ts'

/** What the compiler knows of a built-in pipe. */
export interface PipeInfo {
  readonly input: readonly Atom[] | 'json' | 'same'
  readonly output: readonly Atom[] | 'same'
  /** The kinds of its arguments in order, and how many it needs. */
  readonly args: readonly (readonly Atom[])[]
  readonly needs: number
  readonly options: Readonly<Record<string, readonly Atom[]>>
}

const text: readonly Atom[] = ['string']
const number: readonly Atom[] = ['number']

function info(input: PipeInfo['input'], rest: Partial<PipeInfo> = {}): PipeInfo {
  return { input, output: text, args: [], needs: 0, options: {}, ...rest }
}

/** The built-in pipes by name; `runtime/built-in-pipes.ts` holds what they do. */
export const builtInPipes: Readonly<Record<string, PipeInfo>> = {
  truncate: info(text, { args: [number, text], needs: 1 }),
  upper: info(text, { args: [text] }),
  lower: info(text, { args: [text] }),
  default: info('same', { output: 'same', args: [[]], needs: 1 }),
  pluralize: info(atomSets.Numeric, {
    args: [text, text],
    options: { zero: text, one: text, two: text, few: text, many: text, other: text, locale: text },
  }),
  format_date: info(atomSets.Datelike, {
    args: [text],
    options: { date: text, time: text, zone: text, locale: text },
  }),
  number: info(atomSets.Numeric, {
    args: [number],
    options: { currency: text, style: text, notation: text, locale: text },
  }),
  json: info('json'),
}

/** Names that an application cannot give to pipes of its own. */
export const reservedPipes: ReadonlySet<string> = new Set([...Object.keys(builtInPipes), 't', 'asset_path'])
