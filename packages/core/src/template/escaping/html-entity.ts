/** Entities that stand for a character which means something to a tokenizer. Names mind their case. */
const entities: Readonly<Record<string, string>> = {
  colon: ':', Tab: '\t', NewLine: '\n', amp: '&', AMP: '&', lt: '<', LT: '<', gt: '>', GT: '>', sol: '/', bsol: '\\',
  quest: '?', num: '#', equals: '=', excl: '!', lpar: '(', rpar: ')', quot: '"', QUOT: '"', apos: "'", semi: ';', comma: ',',
  period: '.', ast: '*', lbrace: '{', lcub: '{', rbrace: '}', rcub: '}',
} // biome-ignore format: a table
/** Entities that need no semicolon. */
const openEntities = /^&(?:amp|lt|gt|quot)$/i

/** Whether a character belongs to the entity that is being read: the first that does not ends a number. */
export function continuesEntity(held: string, character: string): boolean {
  if (held.startsWith('&#')) return /^&#(?:\d+|x[\da-f]*)$/i.test(held + character)
  return held.length < 12 && (held === '&' ? /[\w#]/ : /\w/).test(character)
}

/** What an entity stands for; itself where it is none, as one without its semicolon mostly is. */
export function decodeEntity(held: string, closed: boolean): string {
  const numeric = /^&#(?:x([\da-f]+)|(\d+))$/i.exec(held)
  if (numeric === null) {
    const known = closed || openEntities.test(held) ? entities[held.slice(1)] : undefined
    return known ?? (closed ? `${held};` : held)
  }
  const point = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16)
  return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
}
