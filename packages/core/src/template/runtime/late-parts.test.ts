import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { manualClock } from '../../clock.suite.ts'
import { compileTexts, problemsOf } from '../template.suite.ts'
import { LatePartsQueue } from './late-parts.ts'
import { renderPage, toPage } from './render.ts'

const template = compileTexts(
  '<p>{{#await a as |x|}}{{x}}{{else}}wait{{/await}}</p>{{#await b as |x|}}<i>{{x}}</i>{{/await}}',
)

function later<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  return { promise, resolve, reject }
}

/** The chunks of a streamed page, one at a time. */
function open(data: object, queue = new LatePartsQueue()) {
  const text = renderPage(template, data, undefined, toPage({}, queue))
  return { text, queue, stream: queue.stream(text) }
}

const place = (number: number, inside: string) =>
  `<template id="zzz-place-${number}"></template>${inside}<!--/zzz-${number}-->`

describe('a streamed page', () => {
  it('comes at once, its late parts in the order in which they are ready', async () => {
    const [a, b] = [later<string>(), later<string>()]
    const { stream } = open({ a: a.promise, b: b.promise })
    assert.equal((await stream.next()).value, `<p>${place(1, 'wait')}</p>${place(2, '')}`)
    b.resolve('<')
    const second = String((await stream.next()).value)
    assert.match(second, /^<template id="zzz-late-2"><i>&lt;<\/i><\/template><script>.*\$zzz\(2\)<\/script>$/)
    a.resolve('x')
    assert.match(String((await stream.next()).value), /^<template id="zzz-late-1">x<\/template>/)
    assert.equal((await stream.next()).done, true)
  })

  it('has in place what is there already', () => {
    const { text, queue } = open({ a: 'x', b: 'y' })
    assert.equal(text, '<p>x</p><i>y</i>')
    assert.equal(queue.late, false)
  })

  it('keeps what stands in place of a part that fails, and reports it', async () => {
    const warned = once(process, 'warning')
    const { stream } = open({ a: Promise.reject(new Error('no database')), b: 'y' })
    const [warning] = await warned
    assert.match(String(warning), /A late part of a page failed: no database/)
    await stream.next()
    assert.equal((await stream.next()).done, true)
  })

  it('calls the functions among its data while it is rendered, and those only that it needs', async () => {
    const guarded = compileTexts('{{#if on}}{{#await a as |x|}}{{x}}{{else}}wait{{/await}}{{/if}}')
    let called = 0
    const fail = async () => {
      called++
      throw new Error('no database')
    }
    const queue = new LatePartsQueue()
    assert.equal(renderPage(guarded, { on: false, a: fail }, undefined, toPage({}, queue)), '')
    assert.equal(called, 0)
    const warned = once(process, 'warning')
    const text = renderPage(guarded, { on: true, a: fail }, undefined, toPage({}, queue))
    assert.equal(called, 1)
    assert.match(String((await warned)[0]), /A late part of a page failed: no database/)
    assert.equal((await queue.whole(text).next()).value, 'wait')
    const { stream } = open({ a: async () => 'x', b: async () => 'y' })
    let sent = ''
    for await (const chunk of stream) sent += chunk
    assert.match(sent, /zzz-late-1">x<.*zzz-late-2"><i>y</)
  })

  it('ends without parts that take too long', async () => {
    const clock = manualClock()
    const { stream } = open({ a: new Promise(() => {}), b: 'y' }, new LatePartsQueue({ timeout: 50, clock }))
    await stream.next()
    const rest = stream.next()
    const warned = once(process, 'warning')
    clock.advance(50)
    assert.equal((await rest).done, true)
    assert.match(String((await warned)[0]), /1 late parts of a page were not ready after 50 ms/)
  })

  it('ends when the client leaves, and nobody hears of what fails later', async () => {
    const a = later<string>()
    const { stream } = open({ a: a.promise, b: 'y' })
    await stream.next()
    await stream.return(undefined)
    a.resolve('late')
    assert.equal((await stream.next()).done, true)
  })

  it('carries the nonce on its scripts', async () => {
    const queue = new LatePartsQueue({ nonce: () => 'n"1' })
    const { stream } = open({ a: Promise.resolve('x'), b: '' }, queue)
    await stream.next()
    assert.match(String((await stream.next()).value), /<script nonce="n&quot;1">/)
  })
})

it('the body of an await gives no contents to the layout', () => {
  const late = /1:\d+ The body of {{#await}} comes after the layout/
  assert.match(problemsOf('{{#await a}}{{#content "x"}}{{/content}}{{/await}}').join(), late)
  const templates = { main: '{{#await a}}{{> b}}{{/await}}', b: '{{> c}}', c: '{{#content "x"}}{{/content}}' }
  assert.match(problemsOf(templates).join(), late)
})

describe('a page with late parts in one piece', () => {
  it('has each in its place, in whatever order they were ready', async () => {
    const [a, b] = [later<string>(), later<string>()]
    const { text, queue } = open({ a: a.promise, b: b.promise })
    const whole = queue.whole(text).next()
    b.resolve('$& <')
    a.resolve('x')
    assert.equal((await whole).value, '<p>x</p><i>$&amp; &lt;</i>')
  })

  it('has parts inside others, and what stood for one that failed', async () => {
    const nested = compileTexts(
      '{{#await a as |list|}}[{{#each list as |item|}}{{#await item as |x|}}{{x}}{{else}}-{{/await}}{{/each}}]{{/await}}',
    )
    const queue = new LatePartsQueue()
    const failed = Promise.reject(new Error('no database'))
    const a = Promise.resolve([Promise.resolve('x'), failed, Promise.resolve('z')])
    const text = renderPage(nested, { a }, undefined, toPage({}, queue))
    const warned = once(process, 'warning')
    assert.equal((await queue.whole(text).next()).value, '[x-z]')
    await warned
  })
})
