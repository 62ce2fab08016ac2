/** The simplest kinds of values, as TypeScript writes them. */
export type Atom = 'string' | 'number' | 'bigint' | 'boolean' | 'Html' | 'Date' | 'Instant' | 'URL'

type AtomSet = 'Printable' | 'Plain' | 'Link' | 'Text' | 'Numeric' | 'Datelike' | 'Comparable' | 'Ordered'

/** Sets of atoms that have a name in the generated types. */
export const atomSets: Readonly<Record<AtomSet, readonly Atom[]>> = {
  Printable: ['string', 'number', 'bigint', 'Html'],
  Plain: ['string', 'number', 'bigint'],
  Link: ['string', 'number', 'bigint', 'URL'],
  Text: ['string'],
  Numeric: ['number', 'bigint'],
  Datelike: ['Date', 'Instant', 'string', 'number'],
  Comparable: ['string', 'number', 'bigint', 'boolean', 'Date'],
  Ordered: ['string', 'number', 'bigint', 'Date'],
}

/** How far the template has made sure that a value is there before it uses it. */
export type Guard = 'none' | 'present' | 'truthy'

/**
 * What a template asks of one value, gathered from everything it does with it. A shape without any demand is one that
 * only conditions read: anything will do.
 */
export class Shape {
  /** The kinds it may have; undefined while nothing limits them. */
  atoms: ReadonlySet<Atom> | undefined
  /** Where the kinds were limited first, `users/show.html.zzz:3:5`. */
  label = ''
  /** Types it has to satisfy beside, as TypeScript; each once, with the place that asked first. */
  readonly references: Map<string, string> = new Map()
  readonly properties: Map<string, Shape> = new Map()
  /** Where each property was read first. */
  readonly labels: Map<string, string> = new Map()
  element: Shape | undefined
  awaited: Shape | undefined
  /** The least guard that stood before a use that needs the value; undefined while nothing needed it. */
  guard: Guard | undefined
  /** What the value is known to be, where the template itself makes it: an index, `@first`. */
  readonly known: readonly Atom[] | undefined

  constructor(known?: readonly Atom[]) {
    this.known = known
  }

  /** Whether anything is asked of it as an object. */
  get asks(): boolean {
    return this.properties.size > 0 || this.references.size > 0
  }

  /** The value of a key, made when it is read first. */
  property(key: string, label: string): Shape {
    let shape = this.properties.get(key)
    if (shape === undefined) {
      shape = new Shape()
      this.properties.set(key, shape)
      this.labels.set(key, label)
    }
    return shape
  }

  /** Notes a type that it has to satisfy; `@label` in it stands for the place. */
  refer(type: string, label: string): void {
    // Anything is unknown: it asks nothing.
    if (type !== 'unknown' && !this.references.has(type)) this.references.set(type, withLabel(type, label))
  }

  /** Notes a use that needs the value to be there. */
  need(guard: Guard): void {
    const order: readonly Guard[] = ['none', 'present', 'truthy']
    if (this.guard === undefined || order.indexOf(guard) < order.indexOf(this.guard)) this.guard = guard
  }

  /** Leaves the kinds that are possible here too; false when none is left. */
  limit(atoms: readonly Atom[], label: string): boolean {
    const left = atoms.filter((atom) => this.atoms?.has(atom) ?? true)
    if (left.length === 0) return false
    if (this.atoms === undefined || left.length < this.atoms.size) {
      this.atoms = new Set(left)
      this.label = label
    }
    return true
  }
}

/** A type with the place in it: `@label` stands for it. */
export function withLabel(type: string, label: string): string {
  return type.replaceAll('@label', () => JSON.stringify(label))
}

const atomTypes: Readonly<Partial<Record<Atom, string>>> = {
  Instant: '{ readonly epochMilliseconds: number }',
}

/** Kinds as TypeScript. */
export function atomsText(atoms: Iterable<Atom>): string {
  return [...atoms].map((atom) => atomTypes[atom] ?? atom).join(' | ')
}

/** Kinds as one of the named types, or as a `Value`; `label` is the place in quotes. */
export function typeOfAtoms(given: Iterable<Atom>, label: string): string {
  const atoms = new Set(given)
  const named = Object.entries(atomSets).find(
    ([, set]) => set.length === atoms.size && set.every((one) => atoms.has(one)),
  )
  return named === undefined ? `Value<${atomsText(atoms)}, ${label}>` : `${named[0]}<${label}>`
}
