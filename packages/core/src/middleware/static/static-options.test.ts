import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toSettings } from './static-options.ts'

const { cacheControl } = toSettings({ root: import.meta.dirname })
const isImmutable = (path: string) => cacheControl(path).includes('immutable')

describe('fingerprinted names', () => {
  it('have eight or more hexadecimal digits in front of an extension', () => {
    const names = [
      'app.3f2a9c1b.js',
      'app-3f2a9c1b.js',
      'assets/deep/app.3f2a9c1b.min.js',
      'app-3f2a9c1b.js.map',
      'x.0123456789abcdef0123456789abcdef.css',
    ]
    for (const name of names) assert.equal(isImmutable(name), true, name)
  })

  it('are no dates, words, or digits elsewhere', () => {
    const names = [
      'app.js',
      'report-20261122.pdf',
      'app.defaced.css',
      'app.deadbeef.css',
      'app.3f2a9c1.js',
      'app.3f2a9c1g.js',
      '3f2a9c1b.js',
      'app.3f2a9c1b',
      'app-3f2a9c1b/index.html',
      'app.3F2A9C1B.js',
    ]
    for (const name of names) assert.equal(isImmutable(name), false, name)
  })
})
