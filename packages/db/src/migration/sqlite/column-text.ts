import { type Token, tokenize } from './table-text.ts'

/** What may stand behind the type of a column. */
const clause = /^(?:constraint|primary|not|null|unique|check|default|collate|references|generated|as)$/i

/** A column behind its name with another type, nullability and default; keys, checks and references stay. */
export function replaceColumn(rest: string, replacement: string): string {
  const tokens = tokenize(rest)
  const first = tokens.findIndex(({ text }) => clause.test(text))
  const kept = first < 0 ? [] : keptClauses(tokens.slice(first))
  return [replacement, ...kept.map(({ text }) => text)].join(' ')
}

/** All clauses but NOT NULL, NULL and DEFAULT, which the replacement says anew. */
function keptClauses(tokens: readonly Token[]): Token[] {
  const kept: Token[] = []
  let i = 0
  const word = (ahead = 0) => tokens[i + ahead]?.text.toLowerCase() ?? ''
  const take = (count: number) => {
    kept.push(...tokens.slice(i, i + count))
    i += count
  }
  while (i < tokens.length) {
    const named = word() === 'constraint' ? 2 : 0
    const start = word(named)
    if (start === 'not' || start === 'null')
      i += named + (start === 'not' ? 2 : 1) + conflict(word, named + 2)
    else if (start === 'default') i += named + 1 + defaultLength(word, named + 1)
    else if (start === 'references') {
      take(named + 2)
      takeActions(word, take)
    } else take(named + 1)
  }
  return kept
}

type Word = (ahead?: number) => string

/** `on conflict replace` behind NOT NULL. */
function conflict(word: Word, ahead: number): number {
  return word(ahead) === 'on' && word(ahead + 1) === 'conflict' ? 3 : 0
}

/** How many words a default has: `-1`, `x'00'`, `(…)`, `'text'`. */
function defaultLength(word: Word, ahead: number): number {
  const first = word(ahead)
  if (first === '-' || first === '+') return 1 + defaultLength(word, ahead + 1)
  if (first === 'x' && word(ahead + 1).startsWith("'")) return 2
  return word(ahead + 1) === '.' ? 3 : 1
}

/** What belongs to a reference: its column, `on delete set null`, `not deferrable`. */
function takeActions(word: Word, take: (count: number) => void): void {
  if (word().startsWith('(')) take(1)
  for (;;) {
    if (word() === 'on') take(word(2) === 'set' || word(2) === 'no' ? 4 : 3)
    else if (word() === 'match' || word() === 'initially') take(2)
    else if (word() === 'not' && word(1) === 'deferrable') take(2)
    else if (word() === 'deferrable') take(1)
    else return
  }
}
