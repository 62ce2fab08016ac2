import assert from 'node:assert/strict'
import { it } from 'node:test'
import { isCompressible } from './compressible.ts'

it('takes text, what is written in text, and formats without compression of their own', () => {
  for (const type of [
    'text/html; charset=utf-8',
    'TEXT/CSS',
    'application/json',
    'application/problem+json; charset=utf-8',
    'image/svg+xml',
    'application/wasm',
    'text/javascript',
    'application/x-ndjson',
    'application/ld+json ;profile="x"',
  ]) {
    assert.equal(isCompressible(type), true, type)
  }
})

it('leaves out what is compressed, unknown, or a stream of events', () => {
  for (const type of [
    '',
    'text/',
    'image/png',
    'video/mp4',
    'font/woff2',
    'application/zip',
    'application/pdf',
    'application/octet-stream',
    'text/event-stream',
    'text/event-stream; charset=utf-8',
    'constructor',
    'x-text/plain',
  ]) {
    assert.equal(isCompressible(type), false, type)
  }
})
