import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { ExampleProcess } from '../example-process.ts'

for (const backend of ['zzz', 'node']) {
  describe(`bodies in the example application on ${backend}`, () => {
    let example: ExampleProcess
    before(async () => {
      example = await ExampleProcess.start({ BACKEND: backend })
    })
    after(() => example[Symbol.asyncDispose]())

    const send = (path: string, body: FormData | URLSearchParams | string, type?: string) =>
      fetch(example.url + path, {
        method: 'POST',
        body,
        headers: { accept: 'application/json', ...(type !== undefined && { 'content-type': type }) },
      })

    it('POST /upload says what came', async () => {
      const data = new FormData()
      data.append('user[name]', 'Ada')
      const content = 'Grüße'.repeat(100_000)
      data.append('file', new Blob([content], { type: 'text/plain' }), '../näme "x".txt')
      data.append('file', new Blob([]), 'empty')
      const response = await send('/upload', data)
      assert.equal(response.status, 200)
      const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
      assert.deepEqual(await response.json(), {
        fields: { user: { name: 'Ada' } },
        files: [
          {
            field: 'file',
            filename: 'näme "x".txt',
            type: 'text/plain',
            size: Buffer.byteLength(content),
            sha256: sha256(content),
          },
          { field: 'file', filename: 'empty', type: 'application/octet-stream', size: 0, sha256: sha256('') },
        ],
      })
    })

    it('POST /upload refuses what is no form', async () => {
      const json = await send('/upload', '{}', 'application/json')
      assert.deepEqual(
        [json.status, json.headers.get('accept')],
        [415, 'application/x-www-form-urlencoded, multipart/form-data'],
      )
      assert.partialDeepStrictEqual(await json.json(), { status: 415, code: 'ZZZ_BODY_TYPE' })
      assert.equal((await send('/upload', 'x', 'multipart/form-data; boundary=b')).status, 400)
    })

    it('POST /params/:id looks in path, body and query', async () => {
      const answer = async (...args: Parameters<typeof send>) => (await send(...args)).json()
      assert.deepEqual(await answer('/params/7?name=q', new URLSearchParams({ id: '8', name: 'Ada' })), {
        id: '7',
        name: 'Ada',
      })
      assert.deepEqual(await answer('/params/7?name=q', '{"name":"Ada"}', 'application/json'), {
        id: '7',
        name: 'Ada',
      })
      assert.deepEqual(await answer('/params/7?name=q', ''), { id: '7', name: 'q' })
      assert.deepEqual(await answer('/params/7', ''), { id: '7', name: null })
    })
  })
}
