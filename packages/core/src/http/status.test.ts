import assert from 'node:assert/strict'
import { STATUS_CODES } from 'node:http'
import { it } from 'node:test'
import { isBodyless, reasonPhrase, reasonPhrases } from './status.ts'

/** Where RFC 9110 renamed what Node still calls by its old name. */
const renamed: Record<number, string> = { 413: 'Content Too Large', 422: 'Unprocessable Content' }
/** Historic, experimental or reserved: without a phrase of ours. */
const left = [418, 425, 509]

it('reasonPhrase agrees with Node where RFC 9110 did not rename', () => {
  for (const [code, phrase] of Object.entries(STATUS_CODES)) {
    const status = Number(code)
    if (!left.includes(status)) assert.equal(reasonPhrase(status), renamed[status] ?? phrase, code)
  }
})

it('reasonPhrase is empty for a code without one', () => {
  for (const status of [0, 299, 600, 306]) assert.equal(reasonPhrase(status), '')
})

it('isBodyless knows the replies that never have a body', () => {
  const bodyless = Object.keys(reasonPhrases).map(Number).filter(isBodyless)
  assert.deepEqual(bodyless, [100, 101, 102, 103, 204, 205, 304])
})
