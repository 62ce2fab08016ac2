import assert from 'node:assert/strict'
import { it } from 'node:test'
import { accepts } from './accepts.ts'
import { makeRequest } from './request.suite.ts'

it('accepts chooses what the client likes best', () => {
  const types = ['text/plain', 'text/html', 'application/json'] as const
  const cases: [accept: string, chosen: string | undefined][] = [
    ['*/*', 'text/plain'],
    ['text/html', 'text/html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['application/json', 'application/json'],
    ['text/*', 'text/plain'],
    ['text/html;q=0.5, application/json', 'application/json'],
    ['text/plain;q=0, */*', 'text/html'],
    ['TEXT/HTML', 'text/html'],
    ['image/png', undefined],
    ['text/plain;q=0', undefined],
    ['nonsense', undefined],
  ]
  for (const [accept, chosen] of cases) {
    assert.equal(accepts(makeRequest({ headers: { accept } }), types), chosen, accept)
  }
  assert.equal(accepts(makeRequest(), types), 'text/plain')
  const filler = 'image/png, '.repeat(1000)
  assert.equal(
    accepts(makeRequest({ headers: { accept: `text/html, ${filler}text/plain` } }), types),
    'text/html',
  )
  assert.equal(accepts(makeRequest({ headers: { accept: 'x'.repeat(5000) } }), types), 'text/plain')
})
