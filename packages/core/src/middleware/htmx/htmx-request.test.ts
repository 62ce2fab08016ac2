import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeContext } from '../../context/context.suite.ts'
import { fromHtmx } from './htmx.suite.ts'
import { HtmxFacts, type HtmxVersion } from './htmx-request.ts'

/** Names in lower case, as a back end hands them over. */
const contextOf = (headers: Readonly<Record<string, string>>) =>
  makeContext({
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  })

const facts = (headers: Readonly<Record<string, string>>, version: HtmxVersion = 2) =>
  new HtmxFacts(contextOf(headers), version)

describe('what htmx says', () => {
  it('is read from the headers of htmx 2', () => {
    const said = facts({
      ...fromHtmx,
      'HX-Target': 'list',
      'HX-Trigger': 'add',
      'HX-Trigger-Name': 'text',
      'HX-Current-URL': 'http://localhost/todos?page=2',
      'HX-Prompt': 'yes',
    })
    assert.deepEqual(
      [said.request, said.boosted, said.historyRestore, said.fragment],
      [true, false, false, true],
    )
    assert.deepEqual([said.target, said.source, said.sourceName], ['list', 'add', 'text'])
    assert.deepEqual([said.currentUrl, said.prompt], ['http://localhost/todos?page=2', 'yes'])
  })

  it('is read from the headers of htmx 4', () => {
    const said = facts(
      { ...fromHtmx, 'HX-Request-Type': 'partial', 'HX-Target': 'ul#gr%C3%BC%C3%9Fe', 'HX-Source': 'button' },
      4,
    )
    assert.deepEqual(
      [said.request, said.fragment, said.target, said.source],
      [true, true, 'grüße', undefined],
    )
    assert.equal(facts({ 'HX-Source': 'li#a#b%' }, 4).source, 'a#b%')
    assert.equal(facts({ 'HX-Trigger-Name': 'x' }, 4).sourceName, undefined)
  })

  it('is decoded where htmx had to encode it', () => {
    const said = facts({ 'HX-Prompt': '%E4%BD%A0%25', 'HX-Prompt-URI-AutoEncoded': 'true' })
    assert.equal(said.prompt, '你%')
    assert.equal(facts({ 'HX-Prompt': '%E4%BD%A0' }).prompt, '%E4%BD%A0')
    assert.equal(facts({ 'HX-Prompt': '%E4%', 'HX-Prompt-URI-AutoEncoded': 'true' }).prompt, '%E4%')
  })

  it('is nothing without htmx, and nothing but the word true is true', () => {
    const none = facts({})
    assert.deepEqual(
      [none.request, none.boosted, none.historyRestore, none.fragment],
      [false, false, false, false],
    )
    assert.deepEqual([none.target, none.source, none.currentUrl], [undefined, undefined, undefined])
    for (const value of ['1', 'TRUE', 'true, true', 'false', '']) {
      assert.equal(facts({ 'HX-Request': value }).request, false, value)
    }
  })

  it('asks for a fragment where neither a whole page nor an old one is wanted', () => {
    assert.equal(facts({ ...fromHtmx, 'HX-Boosted': 'true' }).fragment, false)
    assert.equal(facts({ ...fromHtmx, 'HX-History-Restore-Request': 'true' }).fragment, false)
    assert.equal(facts({ 'HX-Boosted': 'true' }).fragment, false)
    assert.equal(facts({ ...fromHtmx, 'HX-Request-Type': 'full' }, 4).fragment, false)
    assert.equal(facts({ ...fromHtmx }, 4).fragment, false)
    const boosted = { ...fromHtmx, 'HX-Boosted': 'true', 'HX-Request-Type': 'partial' }
    assert.equal(facts(boosted, 4).fragment, true)
    assert.equal(facts({ ...boosted, 'HX-History-Restore-Request': 'true' }, 4).fragment, false)
  })

  it('is what the reply depends on, as far as it was read', () => {
    const plain = contextOf({})
    assert.equal(new HtmxFacts(plain, 2).fragment, false)
    assert.deepEqual([...(plain.varies ?? [])], ['HX-Request'])
    const asked = contextOf(fromHtmx)
    const said = new HtmxFacts(asked, 2)
    assert.equal(asked.varies, undefined)
    assert.equal(said.fragment && said.target, undefined)
    const read = ['HX-Request', 'HX-History-Restore-Request', 'HX-Boosted', 'HX-Target']
    assert.deepEqual([...(asked.varies ?? [])], read)
  })
})
