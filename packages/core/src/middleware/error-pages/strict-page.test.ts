import assert from 'node:assert/strict'
import { it } from 'node:test'
import { strictPage } from './strict-page.ts'

it('moves inline styles and clicks to where a nonce allows them', () => {
  const page = strictPage(
    '<p class="a" style="color:red">x</p><br style="color:red"><b id="c" onclick="copy(this)" style="top:0">y</b>',
    'n0',
  )
  const [body, styles] = page.split('<style nonce="n0">') as [string, string]
  assert.equal(
    body,
    '<p class="a" data-style="0">x</p><br data-style="0"><b id="c" data-click="copy" data-style="1">y</b>',
  )
  assert.ok(styles.startsWith('[data-style="0"][data-style="0"][data-style="0"]{color:red}'))
  assert.match(styles, /\{top:0\}<\/style><script nonce="n0">/)
})

it('leaves text alone that looks like attributes', () => {
  const text = '<p>&lt;p style="color:red" onclick="f(this)"&gt; style="x" onclick="g(this)"</p>'
  assert.ok(strictPage(text, 'n').startsWith(text))
})
