import assert from 'node:assert/strict'
import { text as textOf } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { webSource } from './body-source.ts'
import { makeRequest } from './request.suite.ts'

const json = (body: string | Uint8Array, type = 'application/json') =>
  makeRequest({ method: 'POST', headers: { 'content-type': type }, body })

describe('Request: a buffered body', () => {
  it('is bytes and text, empty without one', async () => {
    assert.deepEqual(await makeRequest({ body: Uint8Array.of(0, 255) }).bytes(), Uint8Array.of(0, 255))
    assert.equal(await makeRequest({ body: 'Grüße 👋' }).text(), 'Grüße 👋')
    assert.equal(await makeRequest().text(), '')
    assert.equal((await makeRequest().bytes()).length, 0)
  })

  it('is text in the charset that its type names', async () => {
    const text = (body: Uint8Array, type: string, coding = '') =>
      makeRequest({ headers: { 'content-type': type, 'content-encoding': coding }, body }).text()
    assert.equal(await text(Uint8Array.of(0xe9), 'text/plain; charset=latin1'), 'é')
    assert.equal(await text(Uint8Array.of(0xff, 0xfe, 0x61, 0), 'text/plain; charset=utf-16le'), 'a')
    await assert.rejects(text(Uint8Array.of(1), 'text/plain; charset=x'), { code: 'ZZZ_BODY_TYPE' })
    await assert.rejects(text(Uint8Array.of(1), 'text/plain', 'gzip'), { code: 'ZZZ_BODY_TYPE' })
  })

  it('becomes replacement characters where it is no UTF-8', async () => {
    assert.equal(await makeRequest({ body: Uint8Array.of(97, 255, 98) }).text(), 'a\ufffdb')
  })

  it('is read once, whatever is asked for', async () => {
    const request = json('{"a":1}')
    assert.deepEqual(await request.json(), { a: 1 })
    assert.equal(await request.text(), '{"a":1}')
    assert.equal(await request.bytes(), await request.bytes())
    assert.equal(await textOf(request.stream()), '{"a":1}')
    assert.equal(await textOf(request.stream()), '{"a":1}')
  })

  it('is refused beyond the limit, 1 MiB unless told', async () => {
    const refusal = { code: 'ZZZ_BODY_TOO_LARGE', status: 413 }
    const mebibyte = 1024 * 1024
    assert.equal((await makeRequest({ body: new Uint8Array(mebibyte) }).bytes()).length, mebibyte)
    await assert.rejects(makeRequest({ body: new Uint8Array(mebibyte + 1) }).bytes(), refusal)
    await assert.rejects(makeRequest({ body: '12345' }).text({ limit: 4 }), {
      ...refusal,
      message: /4 bytes/,
    })
    await assert.rejects(json('12345').json({ limit: 4 }), refusal)
    assert.equal(await json('12345').json({ limit: 5 }), 12345)
  })

  it('is refused beyond the limit without a declared length too', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(3)),
    })
    await assert.rejects(makeRequest({ body: webSource(chunks) }).bytes({ limit: 10 }), {
      code: 'ZZZ_BODY_TOO_LARGE',
    })
  })
})

describe('Request: a body is read once', () => {
  const refusal = { code: 'ZZZ_BODY_CONSUMED', message: /once/ }

  it('so it is not buffered after it was streamed or given up', async () => {
    const iterated = json('[1]')
    for await (const _piece of iterated.body) break
    await assert.rejects(iterated.text(), refusal)
    const streamed = json('[1]')
    await textOf(streamed.stream())
    await assert.rejects(streamed.json(), refusal)
    const cancelled = json('[1]')
    cancelled.body.cancel()
    await assert.rejects(cancelled.bytes(), refusal)
  })

  it('so it is not streamed twice, nor after it was given up', async () => {
    const iterated = json('[1]')
    await textOf(iterated.stream())
    assert.throws(() => iterated.body[Symbol.asyncIterator](), refusal)
    assert.throws(() => iterated.stream(), refusal)
  })

  it('but a request without a body is empty each time', async () => {
    const request = makeRequest()
    assert.equal(await textOf(request.stream()), '')
    assert.equal(await request.text(), '')
  })
})

describe('Request: json', () => {
  it('takes the content types of JSON', async () => {
    const types = [
      'application/json',
      'APPLICATION/JSON',
      'application/json; charset=utf-8',
      'application/json ;x',
      'application/problem+json',
      'application/vnd.api+json;v=1',
    ]
    for (const type of types) assert.equal(await json('7', type).json(), 7, type)
  })

  it('refuses others with 415, naming them', async () => {
    const types = [
      'text/plain',
      'text/json',
      'application/jsonp',
      'application/x;+json',
      'application/json5',
      'xapplication/json',
    ]
    for (const type of types) {
      await assert.rejects(json('7', type).json(), {
        code: 'ZZZ_BODY_TYPE',
        status: 415,
        message: `Expected a JSON body, got content type ${JSON.stringify(type)}`,
      })
    }
    await assert.rejects(makeRequest({ body: '7' }).json(), { code: 'ZZZ_BODY_TYPE' })
  })

  it('refuses what does not parse with 400 and keeps the cause', async () => {
    for (const body of ['', '{', "{'a':1}", 'undefined']) {
      await assert.rejects(json(body).json(), (error: Error & { code: string; status: number }) => {
        assert.deepEqual([error.code, error.status], ['ZZZ_BODY_MALFORMED', 400])
        assert.ok(error.cause instanceof SyntaxError)
        return true
      })
    }
  })
})

describe('Request: a streamed body', () => {
  it('streams what comes', async () => {
    assert.equal(await textOf(makeRequest({ body: 'abc' }).stream()), 'abc')
    assert.equal(await textOf(makeRequest().stream()), '')
  })

  it('pulls only what its reader asks for, and passes a cancellation on', async () => {
    let pulled = 0
    let cancelled: unknown
    const source = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => controller.enqueue(Uint8Array.of(pulled++)),
        cancel: (reason) => {
          cancelled = reason ?? 'cancelled'
        },
      },
      { highWaterMark: 0 },
    )
    const reader = makeRequest({ body: webSource(source) })
      .stream()
      .getReader()
    assert.deepEqual((await reader.read()).value, Uint8Array.of(0))
    assert.equal(pulled, 1)
    await reader.cancel()
    assert.equal(cancelled, 'cancelled')
  })

  it('breaks off with the error of its source', async () => {
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('cut')),
    })
    await assert.rejects(textOf(makeRequest({ body: webSource(source) }).stream()), { message: 'cut' })
    const failing = json('{}')
    await assert.rejects(failing.text({ limit: 1 }))
    await assert.rejects(textOf(failing.stream()), { code: 'ZZZ_BODY_TOO_LARGE' })
  })
})
