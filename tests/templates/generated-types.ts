/** A field that a template reads: the keys that lead to it (`*` is an item of a list), and its type as it is generated. */
export interface Field {
  readonly path: readonly string[]
  readonly type: string
  /** True for a declared field that may be left out. */
  readonly optional: boolean
}

type Members = ReadonlyMap<string, Omit<Field, 'path'>>

/** The types of a generated `views.gen.ts`, read from its text. */
export class GeneratedTypes {
  readonly #interfaces = new Map<string, Members>()
  readonly #aliases = new Map<string, string>()
  /** Each template's name with the type of its data, layouts apart. */
  readonly views: ReadonlyMap<string, string>
  readonly layouts: readonly string[]

  constructor(text: string) {
    for (const [, name = '', body = ''] of text.matchAll(/^export interface ([\w$]+) \{\n([\s\S]*?)^\}/gm)) {
      const members = body.matchAll(/^ {2}readonly ("[^"]*"|[\w$]+)(\??): (.*)$/gm)
      this.#interfaces.set(
        name,
        new Map(
          [...members].map(([, key = '', mark, type = '']) => [
            unquote(key),
            { type, optional: mark === '?' },
          ]),
        ),
      )
    }
    for (const [, name = '', type = ''] of text.matchAll(/^export type ([\w$]+) = (.*)$/gm)) {
      if (name !== 'TemplateChecks') this.#aliases.set(name, type)
    }
    const views = text.matchAll(/createView<([\w$]+)[^>]*>\("([^"]+)"/g)
    this.views = new Map([...views].map(([, type = '', name = '']) => [name, type]))
    this.layouts = [...text.matchAll(/createLayout<Shared>\("([^"]+)"/g)].map(([, name = '']) => name)
  }

  /** Every field below a type, the inner ones too. */
  fields(type: string, path: readonly string[] = []): Field[] {
    const own = this.#keys(type)
    const inside = /^\(*(?:Each|Later)</.test(this.#resolved(type)) ? [...path, '*'] : path
    return [...own].flatMap(([key, below]) => {
      const here = [...inside, key]
      return [{ path: here, ...below }, ...this.fields(below.type, here)]
    })
  }

  /** The type that a template's own one is another name of: it hands all of its data to another template. */
  original(type: string): string {
    const alias = this.#aliases.get(type)
    return alias !== undefined && this.#interfaces.has(alias) ? alias : type
  }

  /** What a template asks for because another one, which gets the value, does: `RowData["user"]`. */
  #resolved(type: string): string {
    const [, name = '', key = ''] = /^([\w$]+)\["([^"]+)"\]$/.exec(type) ?? []
    const found = this.#interfaces.get(name)?.get(key)
    return found === undefined ? type : this.#resolved(found.type)
  }

  /** The keys of the objects that a type is made of. */
  #keys(type: string): Members {
    const keys = new Map<string, Omit<Field, 'path'>>()
    // Places are texts, and no names of types.
    const bare = type.replaceAll(/, "[^"]*:\d+:\d+"/g, '')
    const parts = bare.matchAll(/Omit<([\w$]+), ([^>]*)>|([A-Za-z_$][\w$]*)(?:\["([^"]+)"\])?/g)
    for (const [, omitted, without = '', name = '', index] of parts) {
      if (omitted !== undefined) {
        const left = new Set([...without.matchAll(/"([^"]*)"/g)].map(([, key = '']) => key))
        for (const [key, below] of this.#keys(omitted)) if (!left.has(key)) keys.set(key, below)
        continue
      }
      const members = this.#interfaces.get(name) ?? this.#aliasKeys(name)
      const found = index === undefined ? members : members && this.#keys(members.get(index)?.type ?? '')
      for (const [key, below] of found ?? []) keys.set(key, below)
    }
    return keys
  }

  #aliasKeys(name: string): Members | undefined {
    const alias = this.#aliases.get(name)
    return alias === undefined ? undefined : this.#keys(alias)
  }
}

const unquote = (key: string): string => (key.startsWith('"') ? (JSON.parse(key) as string) : key)
