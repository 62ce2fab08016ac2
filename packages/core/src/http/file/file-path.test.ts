import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { isSafePath, locateFile } from './file-path.ts'

describe('isSafePath', () => {
  const safe = ['a', 'a/b.css', 'a b', 'café', 'a..b', 'a.', '%2e%2e', 'a%2fb', '~']
  const unsafe = [
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/..',
    './a',
    'a/./b',
    'a\\b',
    '..\\a',
  ]
  const hidden = ['.env', 'a/.git/config', '.well-known/x', '...', '..a']

  it('takes names below a folder', () => {
    for (const path of safe) assert.equal(isSafePath(path, false), true, path)
  })

  it('refuses what leads elsewhere, whatever dot files are allowed', () => {
    for (const path of [...unsafe, 'a\0b', '\0'])
      assert.equal(isSafePath(path, true), false, JSON.stringify(path))
  })

  it('refuses hidden names unless they are allowed', () => {
    for (const path of hidden) assert.equal(isSafePath(path, false), false, path)
    for (const path of hidden) assert.equal(isSafePath(path, true), true, path)
    assert.equal(isSafePath('.well-known/acme', ['.well-known']), true)
    assert.equal(isSafePath('.well-known/.env', ['.well-known']), false)
  })
})

describe('locateFile', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'zzz-locate-')))
  after(() => rmSync(folder, { recursive: true }))
  const root = join(folder, 'root')
  mkdirSync(join(root, 'sub'), { recursive: true })
  mkdirSync(join(folder, 'root-secret'))
  for (const name of ['root/a.txt', 'root/sub/b.txt', 'secret.txt', 'root-secret/c.txt']) {
    writeFileSync(join(folder, name), name)
  }
  symlinkSync('sub/b.txt', join(root, 'inside'))
  symlinkSync('../secret.txt', join(root, 'outside'))
  symlinkSync('../root-secret', join(root, 'sibling'))
  symlinkSync('loop', join(root, 'loop'))
  symlinkSync(root, join(folder, 'linked-root'))

  it('follows links that stay in the root, and a root that is a link', async () => {
    assert.equal(await locateFile(root, 'a.txt'), join(root, 'a.txt'))
    assert.equal(await locateFile(root, 'inside'), join(root, 'sub/b.txt'))
    assert.equal(await locateFile(join(folder, 'linked-root'), 'a.txt'), join(root, 'a.txt'))
  })

  it('finds nothing where a link leads out, even to a folder whose name begins with the same', async () => {
    for (const name of ['outside', 'sibling/c.txt', 'loop', 'missing', 'a.txt/x', 'x'.repeat(300)]) {
      assert.equal(await locateFile(root, name), undefined, name)
    }
    assert.equal(await locateFile(join(folder, 'nowhere'), 'a.txt'), undefined)
  })
})
