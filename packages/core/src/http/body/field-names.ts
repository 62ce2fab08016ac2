import { ZzzError } from '../../errors.ts'

/** One value of a form: a text, the texts of `name[]`, or what is nested under `name[…]`. */
export type FormValue = string | string[] | FormValues

/** The values of a form by name. It has no prototype, so a name that no field has is undefined, whatever the name. */
export interface FormValues {
  [name: string]: FormValue | undefined
}

/** Levels that names may be nested: `a[b][c]` has three. */
const deepest = 16

/**
 * Nests fields by their names: `user[name]` is `name` in `user`, `tags[]` adds to a list. Of several fields with one
 * name the last counts, as the usual hidden field in front of a checkbox wants it. Numbers are names like any other
 * (`items[0][title]`), and a name that is not of this form stands for itself.
 *
 * Throws `ZZZ_BODY_MALFORMED` (400) when one name is used for a text and for something nested, `ZZZ_BODY_TOO_DEEP` and
 * `ZZZ_BODY_PROTOTYPE` (400).
 *
 * ```ts
 * nestFields([['user[name]', 'Ada'], ['tags[]', 'a'], ['tags[]', 'b']])   // { user: { name: 'Ada' }, tags: ['a', 'b'] }
 * ```
 */
export function nestFields(fields: Iterable<readonly [name: string, value: string]>): FormValues {
  const root = emptyValues()
  for (const [name, value] of fields) put(root, name, value)
  return root
}

function put(root: FormValues, name: string, value: string): void {
  const { keys, list } = splitName(name)
  const last = keys.pop() as string
  const place = keys.reduce((values, key) => descend(values, key, name), root)
  const there = place[last]
  if (list) {
    if (there === undefined) place[last] = [value]
    else if (Array.isArray(there)) there.push(value)
    else throw twoShapes(name)
  } else {
    if (typeof there === 'object') throw twoShapes(name)
    place[last] = value
  }
}

function descend(values: FormValues, key: string, name: string): FormValues {
  const there = values[key]
  if (there === undefined) {
    const made = emptyValues()
    values[key] = made
    return made
  }
  if (typeof there === 'string' || Array.isArray(there)) throw twoShapes(name)
  return there
}

/** `a[b][]` has the keys `a`, `b` and is of a list. */
function splitName(name: string): { keys: string[]; list: boolean } {
  const list = name.endsWith('[]') && name.length > 2
  const rest = list ? name.slice(0, -2) : name
  const keys = /^[^[\]]+(?:\[[^[\]]+\])+$/.test(rest) ? rest.slice(0, -1).split(/\]?\[/) : [rest]
  if (keys.length > deepest) {
    throw new ZzzError('ZZZ_BODY_TOO_DEEP', `A name of the form is nested deeper than ${deepest} levels`)
  }
  for (const [index, key] of keys.entries()) {
    if (key === '__proto__' || (key === 'prototype' && keys[index - 1] === 'constructor')) {
      throw new ZzzError(
        'ZZZ_BODY_PROTOTYPE',
        `The form has a field ${JSON.stringify(name)}, whose name could change the prototype of objects`,
      )
    }
  }
  return { keys, list }
}

function twoShapes(name: string): ZzzError {
  return new ZzzError(
    'ZZZ_BODY_MALFORMED',
    `The form's field ${JSON.stringify(name)} contradicts another: a name is of a text, of a list or of something nested`,
  )
}

function emptyValues(): FormValues {
  return Object.create(null) as FormValues
}
