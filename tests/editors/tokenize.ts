import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import oniguruma from 'vscode-oniguruma'
import textmate, { type IGrammar, type IRawGrammar } from 'vscode-textmate'

export const extension = resolve(import.meta.dirname, '../../editors/vscode')
const grammarFile = join(extension, 'syntaxes/html-zzz.tmLanguage.json')

/**
 * As much of the grammars that editors bring along as shows that ours works inside of theirs: elements, attributes in
 * quotes, comments, scripts; types.
 */
const html: Partial<IRawGrammar> = {
  scopeName: 'text.html.derivative',
  patterns: [{ include: '#all' }],
  repository: {
    all: {
      patterns: [
        { name: 'comment.block.html', begin: '<!--', end: '-->' },
        { name: 'source.js', begin: '(?<=<script>)', end: '(?=</script>)' },
        {
          name: 'meta.tag.html',
          begin: '</?([a-z][a-z0-9]*)',
          beginCaptures: { 1: { name: 'entity.name.tag.html' } },
          end: '>',
          patterns: [
            { name: 'string.quoted.double.html', begin: '"', end: '"' },
            { name: 'entity.other.attribute-name.html', match: '[a-z-]+' },
          ],
        },
      ],
    },
  } as unknown as IRawGrammar['repository'],
}
const typescript: Partial<IRawGrammar> = {
  scopeName: 'source.ts',
  patterns: [],
  repository: {
    type: { name: 'support.type.primitive.ts', match: '\\b(?:string|number|boolean)\\b' },
  } as unknown as IRawGrammar['repository'],
}

/** A piece of a line with its scopes, the outermost left out. */
export interface Scoped {
  readonly text: string
  readonly scopes: readonly string[]
}

/** Loads the grammar of templates; gives a function that divides a text by it. */
export async function loadGrammar(): Promise<(text: string) => Scoped[]> {
  const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm')
  await oniguruma.loadWASM(readFileSync(wasm))
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) => {
      if (scope === 'text.html.derivative') return html as IRawGrammar
      if (scope === 'source.ts') return typescript as IRawGrammar
      return textmate.parseRawGrammar(readFileSync(grammarFile, 'utf8'), grammarFile)
    },
  })
  const grammar = (await registry.loadGrammar('text.html.zzz')) as IGrammar
  return (text) => tokenize(grammar, text)
}

function tokenize(grammar: IGrammar, text: string): Scoped[] {
  let state = textmate.INITIAL
  return text.split('\n').flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state)
    state = ruleStack
    return tokens.map(({ startIndex, endIndex, scopes }) => ({
      text: line.slice(startIndex, endIndex),
      scopes: scopes.slice(1),
    }))
  })
}
