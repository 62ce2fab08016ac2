import assert from 'node:assert/strict'
import { it } from 'node:test'
import { escapeHtml } from './escape-html.ts'

it('escapeHtml escapes what is markup in elements and quoted attributes, everywhere', () => {
  assert.equal(
    escapeHtml(`<a href="x" title='y'>&amp;</a>`),
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;',
  )
  assert.equal(escapeHtml('Grüße 👋 1 + 1 = 2'), 'Grüße 👋 1 + 1 = 2')
  assert.equal(escapeHtml(''), '')
})
