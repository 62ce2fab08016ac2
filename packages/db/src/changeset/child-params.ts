import type { Params } from './parts.ts'

/** Which parameters reorder and drop children of a form. */
export interface SortOptions {
  /** The parameter that lists the positions in their new order; a position that is not there makes a new child. */
  readonly sort?: string | undefined
  /** The parameter that lists the positions to leave out. */
  readonly drop?: string | undefined
}

/** Options of `castAssoc`. */
export interface CastAssocOptions extends SortOptions {
  /** Whether there has to be at least one row. Default false. */
  readonly required?: boolean | undefined
  /** Default: `can't be blank`. */
  readonly requiredMessage?: string | undefined
  /** For what is no list or object, and for replaced rows. Default: `is invalid`. */
  readonly message?: string | undefined
  /** Most rows that may be sent. Default 1,000. */
  readonly max?: number | undefined
}

/**
 * The parameters of each child in order, or undefined where nothing was sent, or `'invalid'`. Children are a list, or an
 * object by position as forms send it; an empty text means none.
 */
export function childrenParams(
  params: Params,
  name: string,
  { sort, drop }: SortOptions,
): readonly Params[] | undefined | 'invalid' {
  const sorted = positions(params, sort)
  const dropped = positions(params, drop)
  const ordered = sorted !== undefined || dropped !== undefined
  const given = own(params, name)
  const sent = given === undefined && ordered ? {} : given
  if (sent === undefined) return undefined
  if (sent === '') return []
  if (typeof sent !== 'object' || sent === null) return 'invalid'
  const children = new Map(byPosition(sent))
  for (const position of dropped ?? []) children.delete(position)
  const kept = (sorted ?? []).filter((position) => dropped?.includes(position) !== true)
  const list: unknown[] = kept.map((position) => {
    const child = children.get(position) ?? {}
    children.delete(position)
    return child
  })
  list.push(...children.values())
  return list.every(isParams) ? list : 'invalid'
}

/** The parameters of the only child: null for none, undefined where nothing was sent. */
export function childParams(params: Params, name: string): Params | null | undefined | 'invalid' {
  const sent = own(params, name)
  if (sent === undefined) return undefined
  if (sent === null || sent === '') return null
  return isParams(sent) ? sent : 'invalid'
}

function own(params: Params, name: string): unknown {
  return Object.hasOwn(params, name) ? params[name] : undefined
}

function isParams(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The children by position, whole numbers first and in their order. */
function byPosition(sent: object): [string, unknown][] {
  return Object.entries(sent).toSorted(([one], [other]) => rank(one) - rank(other))
}

function rank(position: string): number {
  return /^\d{1,15}$/.test(position) ? Number(position) : Number.POSITIVE_INFINITY
}

function positions(params: Params, name: string | undefined): string[] | undefined {
  const sent = name === undefined ? undefined : own(params, name)
  if (typeof sent !== 'object' || sent === null) return undefined
  return Object.values(sent).map(String)
}
