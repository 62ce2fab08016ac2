import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { climbs, decodePath } from './decode-path.ts'

describe('decodePath', () => {
  it('decodes segments once, apart', () => {
    assert.equal(decodePath('/files/a%2Fb/%2525'), '\0files\0a/b\0%25')
    assert.equal(decodePath('/caf%C3%A9'), '\0caf\u00e9')
  })

  it('gives nothing for what no route may see', () => {
    for (const path of ['/%', '/%zz', '/%C3', '/%ff', '/%00', '/.', '/..', '/%2e', '/a/%2E./b']) {
      assert.equal(decodePath(path), undefined, path)
    }
    assert.equal(decodePath('/.a/..b/...'), '\0.a\0..b\0...')
  })
})

describe('climbs', () => {
  it('sees a part ".." between slashes and backslashes', () => {
    for (const value of ['..', '../a', 'a/..', 'a\\..\\b', '..\\a', 'a/..\\b'])
      assert.equal(climbs(value), true, value)
    for (const value of ['', 'a', 'a..b', '...', '..a/b', 'a/b..']) assert.equal(climbs(value), false, value)
  })
})
