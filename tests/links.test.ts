import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, it } from 'node:test'

const root = resolve(import.meta.dirname, '..')
const documents = globSync(['*.md', '{docs,editors,bench,packages}/**/*.md'], {
  cwd: root,
  exclude: ['**/node_modules/**'],
}).sort()

/** What a document links to inside the repository, with the line it stands in. Code is left out. */
function findLinks(document: string): { place: string; target: string }[] {
  return withoutCode(document)
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(/\]\((?<target>[^()\s]+)\)|^\[[^\]]+\]:\s*(?<reference>\S+)/g)].map(({ groups }) => ({
        place: `${document}:${i + 1}`,
        target: groups?.target ?? groups?.reference ?? '',
      })),
    )
    .filter(({ target }) => !/^[a-z]+:/.test(target))
}

/** The text with code blocks and code spans emptied; its lines keep their numbers. */
function withoutCode(document: string): string {
  return readFileSync(join(root, document), 'utf8')
    .replace(/^(```+).*\n[\s\S]*?^\1$/gm, (block) => block.replace(/[^\n]/g, ''))
    .replace(/`[^`\n]*`/g, '``')
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(document: string): ReadonlySet<string> {
  const text = readFileSync(join(root, document), 'utf8').replace(/^(```+).*\n[\s\S]*?^\1$/gm, '')
  const seen = new Map<string, number>()
  const anchors = [...text.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => {
    const name = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
    const times = seen.get(name) ?? 0
    seen.set(name, times + 1)
    return times === 0 ? name : `${name}-${times}`
  })
  return new Set(anchors)
}

/** What is wrong with a link; undefined when it leads somewhere. */
function faultOf(document: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? document : relative(root, resolve(root, dirname(document), path))
  if (file.startsWith('..')) return 'leads out of the repository'
  if (!existsSync(join(root, file))) return `there is no ${file}`
  if (anchor === undefined) return undefined
  if (statSync(join(root, file)).isDirectory() || !file.endsWith('.md')) return 'anchors are for documents'
  return anchorsOf(file).has(anchor) ? undefined : `${file} has no heading #${anchor}`
}

describe('the links of the documentation', () => {
  for (const document of documents) {
    it(`lead somewhere: ${document}`, () => {
      const faults = findLinks(document).flatMap(({ place, target }) => {
        const fault = faultOf(document, target)
        return fault === undefined ? [] : [`${place}  ${target}: ${fault}`]
      })
      assert.equal(faults.length, 0, faults.join('\n'))
    })
  }

  it('reach every page from docs/README.md', () => {
    const listed = new Set(
      ['docs/README.md', 'docs/database/README.md'].flatMap((document) =>
        findLinks(document).map(({ target }) => join(dirname(document), target.split('#')[0] ?? '')),
      ),
    )
    const pages = globSync('docs/**/*.md', { cwd: root }).filter((page) => page !== 'docs/README.md')
    assert.deepEqual(
      pages.filter((page) => !listed.has(page)),
      [],
    )
  })

  it('stand once in docs/README.md', () => {
    const targets = findLinks('docs/README.md').map(({ target }) => target)
    assert.deepEqual(targets, [...new Set(targets)])
  })
})
