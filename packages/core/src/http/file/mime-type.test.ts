import assert from 'node:assert/strict'
import { it } from 'node:test'
import { mimeType } from './mime-type.ts'

const rows: readonly [path: string, type: string][] = [
  ['index.html', 'text/html; charset=utf-8'],
  ['app.css', 'text/css; charset=utf-8'],
  ['app.3f2a9c1b.js', 'text/javascript; charset=utf-8'],
  ['module.mjs', 'text/javascript; charset=utf-8'],
  ['data.json', 'application/json; charset=utf-8'],
  ['app.js.map', 'application/json; charset=utf-8'],
  ['site.webmanifest', 'application/manifest+json; charset=utf-8'],
  ['logo.svg', 'image/svg+xml; charset=utf-8'],
  ['README.TXT', 'text/plain; charset=utf-8'],
  ['photo.webp', 'image/webp'],
  ['font.woff2', 'font/woff2'],
  ['code.wasm', 'application/wasm'],
  ['data.bin', 'application/octet-stream'],
  ['noextension', 'application/octet-stream'],
  ['css', 'application/octet-stream'],
  ['folder.css/file', 'application/octet-stream'],
  ['x.constructor', 'application/octet-stream'],
  ['x.__proto__', 'application/octet-stream'],
  ['', 'application/octet-stream'],
]

it('mimeType goes by the extension, and says that text is UTF-8', () => {
  for (const [path, type] of rows) assert.equal(mimeType(path), type, path)
})
