/**
 * HTML with its parts kept apart: `statics` stand around `dynamics`, one more of them. All renderings of one template
 * share the same `statics` array, so what has changed is found in the dynamics alone; `fingerprint` names the statics
 * across processes.
 */
export interface Rendered {
  readonly statics: readonly string[]
  readonly fingerprint: string
  readonly dynamics: readonly Dynamic[]
}

/** A repeated part: for each round one list of dynamics between the same statics. */
export interface Comprehension {
  readonly statics: readonly string[]
  readonly fingerprint: string
  readonly entries: readonly (readonly Dynamic[])[]
}

/** What stands in a slot: escaped text, or parts again. A condition that does not hold leaves an empty text. */
export type Dynamic = string | Rendered | Comprehension

/** Joins parts to the text that rendering without parts gives. */
export function joinRendered(part: Dynamic): string {
  if (typeof part === 'string') return part
  const { statics } = part
  if ('dynamics' in part) return joinDynamics(statics, part.dynamics)
  return part.entries.map((dynamics) => joinDynamics(statics, dynamics)).join('')
}

function joinDynamics(statics: readonly string[], dynamics: readonly Dynamic[]): string {
  let text = statics[0] as string
  for (let i = 0; i < dynamics.length; i++) {
    text += joinRendered(dynamics[i] as Dynamic) + (statics[i + 1] as string)
  }
  return text
}
