import type { DeclaredProp } from '../syntax/ast.ts'
import { type Atom, atomsText, type Shape, typeOfAtoms } from './shape.ts'

/** Interfaces that were written for a shape, and the type that stands for it. */
interface Written {
  readonly declarations: string[]
  readonly names: Set<string>
}

/**
 * The declarations of what a shape asks for: an exported interface of this name, and one for each object below it, named
 * `Name$key`. Every key that is read is required; one that conditions guard may be absent. Types carry the place where
 * the template reads the value, so that the compiler's message shows it.
 */
export function declareShape(name: string, shape: Shape): string {
  const written: Written = { declarations: [], names: new Set([name]) }
  if (shape.references.size === 0) {
    writeInterface(name, shape, written)
  } else {
    const own = shape.properties.size === 0 ? [] : [writeInterface(`${name}$own`, shape, written)]
    const parts = [...own, ...shape.references.values()]
    written.declarations.push(`export type ${name} = ${parts.join(' & ')}`)
  }
  return written.declarations.join('\n')
}

/**
 * The declaration of data that a template declares itself, with `{{#props}}`. What may be left out may be null too:
 * templates know no difference, and can write null only.
 */
export function declareProps(
  name: string,
  props: readonly DeclaredProp[],
  label: (at: number) => string,
): string {
  const lines = props.map(({ name: key, optional, type, at }) => {
    const place = label(at)
    return property(
      key,
      `Value<${type}, ${JSON.stringify(place)}>${optional ? ' | null | undefined' : ''}`,
      place,
      optional,
    )
  })
  return `export interface ${name} {\n${lines.join('\n')}\n}`
}

/** The declared types without places, to be held against what the template does with them. */
export function propsLiteral(props: readonly DeclaredProp[]): string {
  const members = props.map(({ name, optional, type }) => {
    return `readonly ${JSON.stringify(name)}: ${optional ? `(${type}) | null | undefined` : type}`
  })
  return `{ ${members.join('; ')} }`
}

function writeInterface(name: string, shape: Shape, written: Written): string {
  const lines = [...shape.properties].map(([key, child]) => {
    const type = typeOf(child, () => unique(`${name}$${toIdentifier(key)}`, written), written)
    return property(key, type, shape.labels.get(key) ?? '', false)
  })
  written.declarations.push(`export interface ${name} {\n${lines.join('\n')}\n}`)
  return name
}

function property(key: string, type: string, label: string, optional: boolean): string {
  const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)
  return `  /** ${label.replaceAll('*/', '*\\/')} */\n  readonly ${name}${optional ? '?' : ''}: ${type}`
}

function typeOf(shape: Shape, name: () => string, written: Written): string {
  const parts: string[] = [...shape.references.values()]
  const label = JSON.stringify(shape.label)
  if (shape.atoms !== undefined) parts.unshift(atomsType(shape, label))
  if (shape.element !== undefined) {
    const { element } = shape
    parts.unshift(`Each<${typeOf(element, () => unique(`${name()}$item`, written), written)}, ${label}>`)
  }
  if (shape.awaited !== undefined) {
    const { awaited } = shape
    parts.unshift(`Later<${typeOf(awaited, () => unique(`${name()}$value`, written), written)}, ${label}>`)
  }
  if (shape.properties.size > 0) parts.unshift(writeInterface(name(), shape, written))
  if (parts.length === 0) return 'unknown'
  const type = parts.length === 1 ? (parts[0] as string) : parts.map((part) => `(${part})`).join(' & ')
  if (shape.guard === 'none') return type
  return shape.guard === 'present'
    ? `${type} | null | undefined`
    : shape.guard === 'truthy'
      ? `${type} | Absent`
      : type
}

function atomsType(shape: Shape, label: string): string {
  const atoms = shape.atoms as ReadonlySet<Atom>
  // What nothing needs may be absent: it is only compared.
  if (shape.guard === undefined && shape.references.size === 0) {
    return `Value<${atomsText(atoms)} | null | undefined, ${label}>`
  }
  return typeOfAtoms(atoms, label)
}

function unique(wanted: string, { names }: Written): string {
  let name = wanted
  for (let count = 2; names.has(name); count++) name = `${wanted}_${count}`
  names.add(name)
  return name
}

function toIdentifier(key: string): string {
  return key.replaceAll(/[^\w$]/g, '_')
}
