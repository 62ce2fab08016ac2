import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeContext } from '../../context/context.suite.ts'
import { destinationOf, ownUrl, webUrl } from './own-url.ts'

const ctx = makeContext({ target: '/todos/7', headers: { host: 'Example.org:8080' } })
const own = (url: string) => ownUrl(ctx, 'pushUrl', url)

/** What browsers take for an address of somewhere else, or for code. */
const foreign = [
  'https://evil.example/',
  '//evil.example',
  '///evil.example',
  'https:evil.example',
  'http:/evil.example',
  'http://example.org/',
  'http://example.org:8080@evil.example/',
  'http://example.org:8080.evil.example/',
  'javascript:alert(1)',
  'JAVASCRIPT://example.org:8080/%0aalert(1)',
  'data:text/html,x',
  'vbscript:x',
  'blob:http://example.org:8080/x',
]

/** The same, with what browsers leave out or read as a slash: encoded, they are paths. */
const defused = [
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '\n//evil.example',
  ' //evil.example',
  ' java\tscript:alert(1)',
]

describe('a URL for a header of htmx', () => {
  it('stays what it is where it is of this origin', () => {
    for (const url of ['/', '/a?b=c#d', '?page=2', '#x', 'edit', '../x', '/a//b', '/.//a', '/a%20b']) {
      assert.equal(own(url), url)
    }
    assert.equal(own('http://example.org:8080/a?b#c'), '/a?b#c')
    assert.equal(own('https://EXAMPLE.org:8080'), '/')
    assert.equal(own('//example.org:8080/a'), '/a')
  })

  it('is encoded, so that nothing ends the header or begins another', () => {
    assert.equal(own('/größe\r\nset-cookie: a=b'), '/gr%C3%B6%C3%9Fe%0D%0Aset-cookie:%20a=b')
    assert.equal(own('/{"path":1}'), '/%7B%22path%22:1%7D')
  })

  it('is refused where it is of another origin, or no web page', () => {
    for (const url of foreign) assert.throws(() => own(url), { code: 'ZZZ_HTMX_URL' }, url)
    for (const url of defused) {
      assert.equal(new URL(own(url), 'http://example.org:8080/todos/7').host, 'example.org:8080', url)
    }
    for (const url of ['', 'http://', 'http://[', '//', undefined, 7, { href: '/' }]) {
      assert.throws(() => own(url as string), { code: 'ZZZ_HTMX_URL' }, String(url))
    }
    assert.throws(() => own('//evil.example'), {
      message: 'htmx, pushUrl: "//evil.example" is of another origin than Example.org:8080',
    })
  })

  it('is no host when an own URL begins with slashes', () => {
    assert.equal(own('http://example.org:8080//evil.example/'), '/.//evil.example/')
  })

  it('of any web site is refused for its scheme only', () => {
    assert.equal(webUrl('redirect', 'https://elsewhere.example/a b'), 'https://elsewhere.example/a%20b')
    assert.equal(webUrl('redirect', '//elsewhere.example'), '//elsewhere.example')
    assert.equal(webUrl('redirect', '/here'), '/here')
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'mailto:a@b.c', '']) {
      assert.throws(() => webUrl('redirect', url), { code: 'ZZZ_HTMX_URL' })
    }
  })

  it('that a redirect leads to is one of this origin or a whole one', () => {
    const to = (location: string) => destinationOf(ctx, location)
    assert.deepEqual(to('/a?b#c'), { url: '/a?b#c', own: true })
    assert.deepEqual(to('edit'), { url: '/todos/edit', own: true })
    assert.deepEqual(to('?x'), { url: '/todos/7?x', own: true })
    assert.deepEqual(to('https://example.org:8080/a'), { url: '/a', own: true })
    assert.deepEqual(to('/.//evil.example'), { url: '/.//evil.example', own: true })
    assert.deepEqual(to('//evil.example'), { url: 'http://evil.example/', own: false })
    assert.deepEqual(to('https://elsewhere.example/a'), { url: 'https://elsewhere.example/a', own: false })
    for (const location of ['javascript:alert(1)', 'mailto:a@b.c', 'app://callback', 'http://[']) {
      assert.equal(to(location), undefined, location)
    }
  })
})
