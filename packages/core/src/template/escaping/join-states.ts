import type { HtmlState } from './html-state.ts'
import { urlJoin } from './url-state.ts'

/** The places inside a tag where an attribute may follow. */
const inTag: ReadonlySet<HtmlState['place']> = new Set([
  'tag-name',
  'tag',
  'attribute-name',
  'after-name',
  'between',
])

/** The state where two branches meet; undefined when they leave different places and no slot after them could be safe. */
export function joinStates(a: HtmlState, b: HtmlState): HtmlState | undefined {
  if (a.foreign !== b.foreign) return undefined
  const both = { ...b, contentSlot: a.contentSlot || b.contentSlot }
  if (inTag.has(a.place) && inTag.has(b.place)) return joinTags(a, both)
  if (a.place !== b.place) return undefined
  switch (a.place) {
    case 'text':
    case 'bogus':
      return both
    case 'raw-text':
      return a.element === b.element && sameEnding(a, b) ? both : undefined
    case 'script':
      return joinScripts(a, both)
    case 'style':
      return a.element === b.element && sameEnding(a, b) ? joinStyles(a, both) : undefined
    case 'before-value':
    case 'value':
      return joinValues(a, both)
    default:
      return a.ends === b.ends && a.held === b.held ? both : undefined
  }
}

function sameTag(a: HtmlState, b: HtmlState): boolean {
  return a.element === b.element && a.ends === b.ends && a.said === b.said
}

function joinTags(a: HtmlState, b: HtmlState): HtmlState | undefined {
  if (!sameTag(a, b)) return undefined
  const same = a.place === b.place && (a.place === 'tag' || a.attribute === b.attribute)
  return same ? b : { ...b, place: 'between', attribute: '', held: '' }
}

function joinValues(a: HtmlState, b: HtmlState): HtmlState | undefined {
  if (!sameTag(a, b) || a.attribute !== b.attribute) return undefined
  if (a.place === 'before-value') return b
  if (a.quote !== b.quote || a.held !== b.held) return undefined
  const joined = joinStyles(a, b)
  const document = a.document && b.document && joinStates(a.document, b.document)
  if (joined === undefined || (document === undefined) !== (b.document === undefined)) return undefined
  return { ...joined, document, url: urlJoin(a.url, b.url) }
}

function joinStyles(a: HtmlState, b: HtmlState): HtmlState | undefined {
  const [one, other] = [a.style, b.style]
  if (one.quote !== other.quote || (one.url === undefined) !== (other.url === undefined)) return undefined
  if (one.place === 'comment' || other.place === 'comment') return one.place === other.place ? b : undefined
  const place = one.place === other.place ? one.place : 'other'
  const url = one.url && other.url && urlJoin(one.url, other.url)
  return { ...b, style: { place, quote: one.quote, url, before: '' } }
}

function joinScripts(a: HtmlState, b: HtmlState): HtmlState | undefined {
  const [one, other] = [a.script, b.script]
  if (a.said !== b.said || one.place !== other.place || one.held !== other.held) return undefined
  if (!sameEnding(a, b) || one.braces.join() !== other.braces.join()) return undefined
  // A slash after branches that end differently would be read in two ways; a value in front makes it a division.
  return { ...b, script: { ...other, before: one.before === other.before ? one.before : 'x' } }
}

/** Whether both stand in the same beginning of an end tag, which is mostly none. */
function sameEnding(a: HtmlState, b: HtmlState): boolean {
  const beginning = /<[/!a-z-]*$/
  return beginning.exec(a.ending)?.[0] === beginning.exec(b.ending)?.[0]
}
