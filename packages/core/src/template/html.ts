import { type Dynamic, joinRendered } from './runtime/rendered.ts'

/**
 * Text that is HTML already and is not escaped again: what `` html`…` `` and `raw()` give, and what a view gives with
 * `view.html(data)`. `String(value)` is the text.
 */
export abstract class Html {
  /** The text. */
  abstract toString(): string
  /** Its parts, for live views. */
  abstract toDynamic(): Dynamic

  /** In a script it is a text like others. */
  toJSON(): string {
    return this.toString()
  }
}

class RawHtml extends Html {
  readonly #text: string

  constructor(text: string) {
    super()
    this.#text = text
  }

  override toString(): string {
    return this.#text
  }

  override toDynamic(): Dynamic {
    return this.#text
  }
}

class PartsHtml extends Html {
  readonly #part: Dynamic

  constructor(part: Dynamic) {
    super()
    this.#part = part
  }

  override toString(): string {
    return joinRendered(this.#part)
  }

  override toDynamic(): Dynamic {
    return this.#part
  }
}

/**
 * Marks text as HTML, to be put in as it is. Only for text that you made or cleaned yourself: what comes from people
 * becomes part of the page, scripts included.
 */
export function raw(text: string): Html {
  return new RawHtml(text)
}

/** HTML of parts that are escaped already. */
export function fromParts(part: Dynamic): Html {
  return new PartsHtml(part)
}
