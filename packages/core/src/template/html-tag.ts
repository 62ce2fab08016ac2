import { fingerprintOf } from './compiler/fingerprint.ts'
import { readHtml, UnsafeText } from './escaping/html-reader.ts'
import { htmlStart } from './escaping/html-state.ts'
import { type SlotContext, slotAt } from './escaping/slot-context.ts'
import { Html } from './html.ts'
import { Source } from './problem.ts'
import { encoders, textDynamic } from './runtime/encoders.ts'
import { type Dynamic, joinRendered, type Rendered } from './runtime/rendered.ts'
import { TemplateError } from './template-error.ts'

/** What may stand in `` html`…` ``: absent values print nothing, lists print their items one after the other. */
export type HtmlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Html
  | URL
  | readonly HtmlValue[]

/** What is known of one tagged template in the source: its statics, quotes put in, and an encoder for each slot. */
interface Plan {
  readonly statics: readonly string[]
  readonly fingerprint: string
  readonly encoders: readonly Encoder[]
}

type Encoder = (value: unknown) => Dynamic

/** What stands for a value in a code frame. */
const mark = '…'

/** By the strings array, which is the same object each time the same place in the source runs. */
const plans = new WeakMap<readonly string[], Plan>()

/**
 * HTML of a template literal. Values are escaped for where they stand, by the same rules as in template files; `Html`
 * values keep their markup in text. The result knows its parts, as those of files do, so that both mix.
 *
 * The first use of a place in the source throws `TemplateError` (`ZZZ_TEMPLATE_UNSAFE`) when a value stands where nothing
 * can be made safe: in the name of a tag or an attribute, in an event handler; or when the text ends inside a tag.
 *
 * ```ts
 * html`<li><a href="${url}">${name}</a></li>`
 * ```
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let plan = plans.get(strings)
  if (plan === undefined) {
    plan = makePlan(strings)
    plans.set(strings, plan)
  }
  return new TaggedHtml(plan, values)
}

class TaggedHtml extends Html {
  readonly #plan: Plan
  readonly #values: readonly HtmlValue[]

  constructor(plan: Plan, values: readonly HtmlValue[]) {
    super()
    this.#plan = plan
    this.#values = values
  }

  override toString(): string {
    const { statics, encoders: encode } = this.#plan
    let text = statics[0] as string
    for (let i = 0; i < encode.length; i++) {
      const part = (encode[i] as Encoder)(this.#values[i])
      text += (typeof part === 'string' ? part : joinRendered(part)) + (statics[i + 1] as string)
    }
    return text
  }

  override toDynamic(): Rendered {
    const { statics, fingerprint, encoders: encode } = this.#plan
    return { statics, fingerprint, dynamics: encode.map((one, i) => one(this.#values[i])) }
  }
}

function makePlan(strings: readonly string[]): Plan {
  const source = new Source('html`…`', strings.join(mark))
  const statics: string[] = []
  const slots: Encoder[] = []
  let state = htmlStart
  let at = 0
  try {
    for (const [index, text] of strings.entries()) {
      const read = readHtml(state, text)
      statics.push(read.text)
      state = read.state
      at += text.length
      if (index === strings.length - 1) break
      const slot = slotAt(state, false)
      statics[index] += slot.text
      if (slot.unsafe !== undefined)
        source.problem('ZZZ_TEMPLATE_UNSAFE', at, `A value cannot stand here: ${slot.unsafe}`)
      else slots.push(encoderOf(slot.context))
      state = slot.state
      at += mark.length
    }
    if (state.place !== 'text')
      source.problem('ZZZ_TEMPLATE_UNSAFE', at, 'This ends inside a tag, a script or a comment')
  } catch (error) {
    if (!(error instanceof UnsafeText)) throw error
    source.problem('ZZZ_TEMPLATE_UNSAFE', at + error.index, error.message)
  }
  if (source.problems.length > 0) throw new TemplateError(source.problems)
  return { statics, fingerprint: fingerprintOf(statics), encoders: slots }
}

function encoderOf(context: SlotContext): Encoder {
  if (context === 'text') return textOf
  const encode = encoders[context]
  if (context === 'json') return encode
  return (value) => (Array.isArray(value) ? value.map(encode).join('') : encode(value))
}

/** Text: lists of HTML from one place in the source are one comprehension. */
function textOf(value: unknown): Dynamic {
  if (!Array.isArray(value)) return textDynamic(value)
  const parts = value.map(textOf)
  const first = parts[0]
  if (typeof first !== 'object' || !('dynamics' in first)) return parts.map(joinRendered).join('')
  const { statics, fingerprint } = first
  const entries: (readonly Dynamic[])[] = []
  for (const part of parts) {
    if (typeof part !== 'object' || !('dynamics' in part) || part.statics !== statics) {
      return parts.map(joinRendered).join('')
    }
    entries.push(part.dynamics)
  }
  return { statics, fingerprint, entries }
}
