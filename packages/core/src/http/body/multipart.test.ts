import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Request } from '../request.ts'
import { boundary, crlf, multipartRequest, multipartText, partText, pieceSource } from './multipart.suite.ts'
import type { ReadFormOptions } from './read-options.ts'

/** What a form has, to compare. */
async function read(request: Request, options?: ReadFormOptions) {
  const form = await request.form(options)
  const files = form.files.map(async (file) => ({
    field: file.field,
    filename: file.filename,
    type: file.type,
    size: file.size,
    text: await file.text(),
  }))
  return { values: JSON.parse(JSON.stringify(form.values)), files: await Promise.all(files) }
}

const readText = (...parts: string[]) => read(multipartRequest(multipartText(...parts)))

/** The name and filename of one file, whose Content-Disposition goes on like this. */
async function filenameOf(rest: string | Buffer): Promise<string> {
  const [head, tail] = multipartText('Content-Disposition: form-data; name="f"; HERE\n\nx').split('HERE')
  const body = Buffer.concat([Buffer.from(head as string), Buffer.from(rest), Buffer.from(tail as string)])
  const { files } = await read(multipartRequest(body))
  assert.equal(files.length, 1)
  assert.deepEqual([files[0]?.field, files[0]?.text], ['f', 'x'])
  return files[0]?.filename as string
}

describe('multipart forms', () => {
  it('have fields, nested by their names, and files', async () => {
    const form = await readText(
      partText('user[name]', 'Ada'),
      partText('tags[]', 'a'),
      partText('doc', 'hello\n\nworld', 'doc.txt', 'text/plain; charset=utf-8'),
      partText('tags[]', 'Grüße 👋'),
      partText('empty', ''),
      partText('blob', '\0\x01', 'blob', 'application/octet-stream'),
    )
    assert.deepEqual(form, {
      values: { user: { name: 'Ada' }, tags: ['a', 'Grüße 👋'], empty: '' },
      files: [
        { field: 'doc', filename: 'doc.txt', type: 'text/plain', size: 14, text: 'hello\r\n\r\nworld' },
        { field: 'blob', filename: 'blob', type: 'application/octet-stream', size: 2, text: '\0\x01' },
      ],
    })
  })

  it('are read as FormData writes them', async () => {
    const data = new FormData()
    data.append('a"b\r\nc', 'x"y')
    data.append('file', new Blob(['<svg/>'], { type: 'image/svg+xml' }), 'na"ïve\n😀.svg')
    data.append('file', new Blob([]), 'empty.bin')
    const web = new Response(data)
    const request = multipartRequest(await web.bytes(), web.headers.get('content-type') as string)
    assert.deepEqual(await read(request), {
      values: { 'a"b\r\nc': 'x"y' },
      files: [
        { field: 'file', filename: 'na"ïve😀.svg', type: 'image/svg+xml', size: 6, text: '<svg/>' },
        { field: 'file', filename: 'empty.bin', type: 'application/octet-stream', size: 0, text: '' },
      ],
    })
  })

  it('may be empty', async () => {
    assert.deepEqual(await readText(), { values: {}, files: [] })
    assert.deepEqual(await read(multipartRequest(`--${boundary}--`)), { values: {}, files: [] })
  })

  it('leave out an input where no file was chosen', async () => {
    const form = await readText(partText('f', '', '', 'application/octet-stream'), partText('g', 'x', ''))
    assert.deepEqual(
      form.files.map(({ field, filename }) => [field, filename]),
      [['g', '']],
    )
  })

  it('may have text around their parts', async () => {
    const body = `preamble\r\n${multipartText(partText('a', '1'))}epilogue\r\n--${boundary}\r\n`
    assert.deepEqual((await read(multipartRequest(body))).values, { a: '1' })
    const pieces = pieceSource(
      ['pre\r\n', multipartText(partText('a', '1')), 'x', 'y'].map((text) => Buffer.from(text)),
    )
    assert.deepEqual((await read(multipartRequest(pieces))).values, { a: '1' })
  })

  it('keep what only looks like a boundary', async () => {
    const contents = [
      '--',
      '\n--',
      `\n--${boundary.slice(0, -1)}`,
      `\n-${boundary}`,
      '\n--\n',
      '\r',
      '\n',
      '\n\n',
      `\r--${boundary}`,
    ]
    for (const content of contents) {
      const form = await readText(partText('a', content), partText('b', content, 'b'))
      assert.equal(form.values.a, crlf(content), JSON.stringify(content))
      assert.equal(form.files[0]?.text, crlf(content), JSON.stringify(content))
    }
  })

  it('have fields in another charset where the part says so', async () => {
    const [head, tail] = multipartText(
      'Content-Disposition: form-data; name="a"\nContent-Type: text/plain; charset=iso-8859-1\n\nHERE',
    ).split('HERE')
    const body = Buffer.from(`${head}é${tail}`, 'latin1')
    assert.deepEqual((await read(multipartRequest(body))).values, { a: 'é' })
  })

  it('take header names in any case, and headers that say nothing', async () => {
    const part =
      'CONTENT-TYPE: Text/Plain\nX-Other: 1\ncontent-disposition:form-data;name=a;filename=b.txt\nContent-Transfer-Encoding: binary\n\nx'
    assert.deepEqual((await readText(part)).files, [
      { field: 'a', filename: 'b.txt', type: 'text/plain', size: 1, text: 'x' },
    ])
  })
})

describe('multipart forms: names of files', () => {
  it('are what clients write, in their ways to escape', async () => {
    const names: [string | Buffer, string][] = [
      ['filename="plain.txt"', 'plain.txt'],
      ['filename=token.txt', 'token.txt'],
      ['filename="sp ace; semi=colon.txt"', 'sp ace; semi=colon.txt'],
      ['filename="a%22b.txt"', 'a"b.txt'],
      ['filename="a\\"b.txt"', 'a"b.txt'],
      ['filename="50%25.txt"', '50%25.txt'],
      ['filename="Grüße 👋.txt"', 'Grüße 👋.txt'],
      [Buffer.from('filename="é.txt"', 'latin1'), 'é.txt'],
      ['filename="x"; filename*=UTF-8\'\'na%C3%AFve%20%E2%82%AC.txt', 'naïve €.txt'],
      ["filename*=utf-8'en'a.txt", 'a.txt'],
      ['filename="x"; filename*=UTF-8\'\'%ff', 'x'],
      ['filename="x"; filename*=klingon\'\'a', 'x'],
      ['filename="a.txt";', 'a.txt'],
      ['FILENAME="a.txt" ; x=y', 'a.txt'],
    ]
    for (const [rest, name] of names) assert.equal(await filenameOf(rest), name, String(rest))
  })

  it('are never a path', async () => {
    const names: [string, string][] = [
      ['../../etc/passwd', 'passwd'],
      ['/etc/passwd', 'passwd'],
      ['C:\\Users\\ada\\cv.pdf', 'cv.pdf'],
      ['C:\\\\Users\\\\cv.pdf', 'cv.pdf'],
      ['..\\..\\boot.ini', 'boot.ini'],
      ['..', ''],
      ['.', ''],
      ['a/', ''],
      ['a/..', ''],
      ['.htaccess', '.htaccess'],
      ['a\0.txt', 'a.txt'],
      ['a%0D%0Ab.txt', 'ab.txt'],
      ['invoice\u202etxt.exe', 'invoicetxt.exe'],
      ['%2e%2e%2f', '%2e%2e%2f'],
    ]
    for (const [sent, name] of names) assert.equal(await filenameOf(`filename="${sent}"`), name, sent)
    assert.equal(await filenameOf("filename*=UTF-8''..%2F..%2Fetc%2Fpasswd"), 'passwd')
  })
})

describe('multipart forms: what is malformed', () => {
  const refusal = { code: 'ZZZ_BODY_MALFORMED', status: 400 }

  it('is refused: no boundary, two, or one that is none', async () => {
    const types = [
      '',
      '; boundary',
      '; boundary=',
      '; boundary=""',
      '; boundary=a; boundary=b',
      '; boundary="a\nb"',
      `; boundary=${'x'.repeat(71)}`,
      '; boundary="ends in space "',
      '; boundary="ä"',
      '; charset=utf-8',
    ]
    for (const rest of types) {
      await assert.rejects(
        multipartRequest(multipartText(), `multipart/form-data${rest}`).form(),
        refusal,
        rest,
      )
    }
    const longest = 'x'.repeat(70)
    const body = multipartText(partText('a', '1')).replaceAll(boundary, longest)
    assert.deepEqual(
      (await read(multipartRequest(body, `Multipart/Form-Data; Boundary="${longest}"`))).values,
      { a: '1' },
    )
  })

  it('is refused: a body cut anywhere before its last boundary', async () => {
    const body = Buffer.from(multipartText(partText('a', '1'), partText('f', 'file', 'f.txt')))
    const whole = body.lastIndexOf('--') + 2
    for (let length = 0; length < whole; length++) {
      const cut = body.subarray(0, length)
      await assert.rejects(multipartRequest(cut).form(), refusal, `cut at ${length}`)
      await assert.rejects(multipartRequest(pieceSource([cut])).form(), refusal, `cut at ${length}`)
    }
    await multipartRequest(body.subarray(0, whole)).form()
  })

  it('is refused: parts that do not say what they are', async () => {
    const parts = [
      '\nx',
      'Content-Type: text/plain\n\nx',
      'Content-Disposition: form-data\n\nx',
      'Content-Disposition: form-data; filename="a"\n\nx',
      'Content-Disposition: attachment; name="a"\n\nx',
      'Content-Disposition: form-datax; name="a"\n\nx',
      'Content-Disposition: form-data; name="a"; name="b"\n\nx',
      'Content-Disposition: form-data; name="a"; filename="b"; filename="c"\n\nx',
      'Content-Disposition: form-data; name="a\n\nx',
      'Content-Disposition: form-data; name="a" filename="b"\n\nx',
      'Content-Disposition: form-data; name="a"\nContent-Disposition: form-data; name="b"\n\nx',
      'Content-Disposition form-data; name="a"\n\nx',
      'Content-Disposition: form-data; name="a"\nContent-Transfer-Encoding: base64\n\neA==',
      'Content-Disposition: form-data; name="a"',
      'x',
      '',
    ]
    for (const part of parts) {
      await assert.rejects(readText(part), refusal, part)
      await assert.rejects(readText(partText('first', '1'), part, partText('last', '1')), refusal, part)
    }
  })

  it('is refused: another boundary, bare line feeds, bytes that are no text', async () => {
    await assert.rejects(
      multipartRequest(multipartText(partText('a', '1')).replaceAll(boundary, 'other')).form(),
      refusal,
    )
    await assert.rejects(
      multipartRequest(multipartText(partText('a', '1')).replaceAll('\r\n', '\n')).form(),
      refusal,
    )
    await assert.rejects(
      multipartRequest(Buffer.from(multipartText(partText('a', 'ÿ')), 'latin1')).form(),
      refusal,
    )
    await assert.rejects(readText(partText('a', '1'), partText('a[b]', '2')), refusal)
    await assert.rejects(readText(partText('__proto__[x]', '1')), { code: 'ZZZ_BODY_PROTOTYPE' })
    await assert.rejects(multipartRequest('x', 'multipart/mixed; boundary=x').form(), {
      code: 'ZZZ_BODY_TYPE',
    })
  })

  it('is refused quickly, however hard it is to read', { timeout: 5000 }, async () => {
    const hard = [
      '\\'.repeat(8000),
      '\\"'.repeat(4000),
      '; a=b'.repeat(1600),
      `; a="${'"'.repeat(8000)}`,
      ' '.repeat(8000),
    ]
    for (const rest of hard) {
      await assert.rejects(readText(`Content-Disposition: form-data; name="${rest}\n\nx`), refusal)
      await assert.rejects(readText(`Content-Disposition: form-data; name=a;${rest}=\n\nx`), refusal)
    }
  })
})

describe('multipart forms: limits', () => {
  const refused = (body: string, options: ReadFormOptions, message: RegExp) =>
    assert.rejects(read(multipartRequest(body), options), {
      code: 'ZZZ_BODY_TOO_LARGE',
      status: 413,
      message,
    })

  it('are of fields, files and their sizes', async () => {
    const fields = multipartText(partText('a', '12'), partText('b', '345'))
    await refused(fields, { fields: 1 }, /1 fields/)
    await refused(fields, { limit: 4 }, /4 bytes/)
    assert.deepEqual((await read(multipartRequest(fields), { fields: 2, files: 0, limit: 5 })).values, {
      a: '12',
      b: '345',
    })
    const files = multipartText(partText('f', '123', 'a'), partText('f', '1234', 'b'))
    await refused(files, { files: 1 }, /1 files/)
    await refused(files, { fileSize: 3 }, /3 bytes/)
    await refused(files, { total: files.length - 1 }, /form is larger than/)
    const whole = await read(multipartRequest(files), {
      fields: 0,
      files: 2,
      fileSize: 4,
      total: files.length,
      limit: 0,
    })
    assert.equal(whole.files.length, 2)
  })

  it('are of the whole body without a declared length too, text around the parts included', async () => {
    const body = Buffer.from(multipartText(partText('a', '1')))
    const around = (before: string, after: string) =>
      multipartRequest(pieceSource([Buffer.from(before), body, Buffer.from(after)])).form({
        total: body.length + 10,
      })
    await around('12345678\r\n', '')
    await assert.rejects(around('123456789\r\n', ''), { code: 'ZZZ_BODY_TOO_LARGE' })
  })

  it('are 1,000 fields, 20 files and 32 MiB unless told', async () => {
    const many = (count: number, filename?: string) =>
      multipartText(...Array.from({ length: count }, (_, index) => partText(`f${index}`, 'x', filename)))
    assert.equal(Object.keys((await read(multipartRequest(many(1000)))).values).length, 1000)
    await refused(many(1001), {}, /1000 fields/)
    assert.equal((await read(multipartRequest(many(20, 'x')))).files.length, 20)
    await refused(many(21, 'x'), {}, /20 files/)
    const large = multipartRequest(
      pieceSource([
        Buffer.from(`--${boundary}\r\n${crlf(partText('f', '', 'x'))}`),
        ...Array(33).fill(Buffer.alloc(1024 * 1024)),
      ]),
    )
    await assert.rejects(large.form(), { code: 'ZZZ_BODY_TOO_LARGE', message: /33554432/ })
  })

  it('are of the header of a part', async () => {
    await refused(multipartText(`X: ${'y'.repeat(8200)}\n${partText('a', '1')}`), {}, /header of a part/)
    await refused(multipartText(`${'X: y\n'.repeat(1400)}${partText('a', '1')}`), {}, /header of a part/)
    await refused(multipartText(partText('a'.repeat(10_000), '1')), {}, /header of a part/)
    await assert.rejects(readText(`X: ${'y'.repeat(200_000)}\n${partText('a', '1')}`))
    assert.deepEqual((await readText(`X: ${'y'.repeat(8000)}\n${partText('a', '1')}`)).values, { a: '1' })
  })

  it('end the reading', async () => {
    const source = pieceSource(
      (function* endless() {
        yield Buffer.from(`--${boundary}\r\n${crlf(partText('f', '', 'x'))}`)
        for (;;) yield Buffer.alloc(1000)
      })(),
    )
    await assert.rejects(multipartRequest(source).form({ fileSize: 10_000 }), { code: 'ZZZ_BODY_TOO_LARGE' })
    assert.ok(source.cancelled)
    assert.ok(source.taken < 100, `${source.taken} pieces`)
  })
})

describe('multipart forms: reading once', () => {
  const body = multipartText(partText('a', '1'), partText('f', 'file', 'f.txt'))

  it('is shared by all who ask for the form', async () => {
    const request = multipartRequest(body)
    const [one, other] = await Promise.all([request.form(), request.form()])
    assert.equal(one, other)
    assert.equal(await request.form(), one)
  })

  it('goes together with the bytes when they were read before', async () => {
    const request = multipartRequest(body)
    assert.equal((await request.bytes()).length, body.length)
    assert.equal((await request.form()).get('a'), '1')
    const kinds: string[] = []
    for await (const part of request.parts()) kinds.push(part.kind)
    assert.deepEqual(kinds, ['field', 'file'])
  })

  it('leaves no bytes, and no second reading of parts', async () => {
    const refusal = { code: 'ZZZ_BODY_CONSUMED' }
    const request = multipartRequest(body)
    await request.form()
    await assert.rejects(request.bytes(), refusal)
    await assert.rejects(request.parts().next(), refusal)
    const streamed = multipartRequest(body)
    for await (const _part of streamed.parts()) break
    await assert.rejects(streamed.form(), refusal)
  })
})
