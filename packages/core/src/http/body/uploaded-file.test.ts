import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { boundary, crlf, multipartRequest, multipartText, partText, pieceSource } from './multipart.suite.ts'
import type { UploadedFile } from './uploaded-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-uploads-'))
after(() => rmSync(folder, { recursive: true }))
let directory: string
let target: string
let count = 0
beforeEach(() => {
  directory = join(folder, `temporary-${++count}`)
  target = join(folder, `target-${count}`)
  mkdirSync(directory)
})

const outcome = { status: 200, bytesSent: 0, aborted: false, error: undefined }
const large = 'x'.repeat(300_000)

/** Resolves once no temporary file is left; the test runs out of time otherwise. */
async function emptied(): Promise<void> {
  while (readdirSync(directory).length > 0) await new Promise(setImmediate)
}

async function upload(content: string, memory?: number) {
  const request = multipartRequest(multipartText(partText('f', content, 'f.txt', 'text/plain')))
  const form = await request.form({ directory, memory })
  return { request, file: form.file('f') as UploadedFile }
}

const collect = async (stream: ReadableStream<Uint8Array>) =>
  Buffer.from(await new Response(stream).bytes()).toString()

for (const [place, content, memory] of [
  ['in memory', 'hello', undefined],
  ['in a temporary file', large, undefined],
  ['in a small temporary file', 'hello', 4],
] as const) {
  describe(`an upload ${place}`, () => {
    const files = place === 'in memory' ? 0 : 1

    it('gives its bytes as often as they are wanted', async () => {
      const { file } = await upload(content, memory)
      assert.equal(readdirSync(directory).length, files)
      assert.equal(file.size, content.length)
      for (let times = 0; times < 2; times++) {
        assert.equal(await file.text(), content)
        assert.equal(Buffer.from(await file.bytes()).toString(), content)
        assert.equal(await collect(file.stream()), content)
      }
    })

    it('is saved where it is told to, readable by its owner alone, and stays', async () => {
      const { file, request } = await upload(content, memory)
      await file.saveTo(target)
      assert.equal(await file.text(), content)
      request.settle(outcome)
      await emptied()
      assert.equal(readFileSync(target, 'utf8'), content)
      assert.equal(statSync(target).mode & 0o777, 0o600)
    })

    it('never replaces what is there', async () => {
      const { file } = await upload(content, memory)
      writeFileSync(target, 'precious')
      await assert.rejects(file.saveTo(target), { code: 'EEXIST' })
      assert.equal(readFileSync(target, 'utf8'), 'precious')
      await assert.rejects(file.saveTo(join(target, 'below')), { code: 'ENOTDIR' })
      await assert.rejects(file.saveTo(join(folder, 'missing', 'x')), { code: 'ENOENT' })
    })
  })
}

describe('temporary files', () => {
  it('are for what memory has no room for, files of one request counted together', async () => {
    const file = (name: string, size: number) => partText(name, 'x'.repeat(size), name)
    const form = await multipartRequest(
      multipartText(file('a', 60), file('b', 50), file('c', 40), file('d', 1)),
    ).form({
      directory,
      memory: 100,
    })
    assert.deepEqual(
      form.files.map(({ size }) => size),
      [60, 50, 40, 1],
    )
    assert.equal(readdirSync(directory).length, 2)
    for (const { size, text } of form.files.map((one) => ({ size: one.size, text: one.text() }))) {
      assert.equal((await text).length, size)
    }
  })

  it('can be read by this user alone, and are named by nobody', async () => {
    await upload(large)
    const [name] = readdirSync(directory)
    assert.match(name as string, /^zzz-upload-[\da-f-]{36}$/)
    assert.equal(statSync(join(directory, name as string)).mode & 0o777, 0o600)
  })

  it('are gone once the request has settled, and say so', async () => {
    const { request, file } = await upload(large)
    request.settle(outcome)
    await emptied()
    const refusal = { code: 'ZZZ_UPLOAD_REMOVED', status: 500 }
    await assert.rejects(file.bytes(), refusal)
    await assert.rejects(file.saveTo(target), refusal)
    assert.throws(() => file.stream(), refusal)
    const small = await upload('small')
    small.request.settle(outcome)
    assert.equal(await small.file.text(), 'small')
  })

  it('are an error where there is no folder for them, and none is missed later', async (t) => {
    const warnings: string[] = []
    const hear = (warning: Error) => warnings.push(warning.message)
    process.on('warning', hear)
    t.after(() => process.off('warning', hear))
    writeFileSync(target, 'a file is no folder')
    const request = multipartRequest(multipartText(partText('f', large, 'f.txt')))
    await assert.rejects(request.form({ directory: target }), { code: 'ENOTDIR' })
    request.settle(outcome)
    await new Promise(setImmediate)
    assert.deepEqual(warnings, [])
  })

  it('are gone when the form is refused, at once', async () => {
    const parts = [partText('f', large, 'f.txt'), partText('g', large, 'g.txt')]
    const bodies = {
      'after an error of the parser': multipartText(...parts).slice(0, -10),
      'after a malformed part': multipartText(...parts, 'x'),
      'after a field that contradicts another': multipartText(
        ...parts,
        partText('a', '1'),
        partText('a[b]', '1'),
      ),
      'after a limit': multipartText(...parts, ...Array(20).fill(partText('x', 'x', 'x'))),
    }
    for (const [name, body] of Object.entries(bodies)) {
      await assert.rejects(multipartRequest(body).form({ directory }), /form/i, name)
      assert.deepEqual(readdirSync(directory), [], name)
    }
  })

  it('are gone when the client leaves in the middle', async () => {
    const head = Buffer.from(`--${boundary}\r\n${crlf(partText('f', '', 'x'))}`)
    const request = multipartRequest(pieceSource([head, Buffer.alloc(400_000), new Error('client left')]))
    await assert.rejects(request.form({ directory }), { message: 'client left' })
    assert.deepEqual(readdirSync(directory), [])
  })

  it('are gone when the request settles while its form is being read', async () => {
    const written = () => readdirSync(directory).some((name) => statSync(join(directory, name)).size > 0)
    const opened = () => readdirSync(directory).length > 0
    for (const reached of [opened, written]) {
      const rest = Promise.withResolvers<Uint8Array>()
      const head = Buffer.from(`--${boundary}\r\n${crlf(partText('f', '', 'x'))}`)
      const pieces = [head, Buffer.alloc(400_000), rest.promise, Buffer.from(`\r\n--${boundary}--`)]
      const source = pieceSource([])
      source.read = async () => (await pieces.shift()) ?? null
      const request = multipartRequest(source)
      const reading = request.form({ directory }).then((form) => form.file('f')?.bytes())
      while (!reached()) await new Promise(setImmediate)
      request.settle(outcome)
      rest.resolve(Buffer.alloc(10))
      await assert.rejects(reading, { code: 'ZZZ_UPLOAD_REMOVED' })
      await emptied()
    }
  })

  it('say when their folder is not there', async () => {
    await assert.rejects(
      multipartRequest(multipartText(partText('f', large, 'f'))).form({
        directory: join(directory, 'missing'),
      }),
      { code: 'ENOENT' },
    )
  })

  it('are gone when the process ends before its requests have settled', () => {
    for (const end of ['process.exit(0)', 'throw new Error("crash")']) {
      const script = `
        import { readdirSync } from 'node:fs'
        import { multipartRequest, multipartText, partText } from ${JSON.stringify(import.meta.resolve('./multipart.suite.ts'))}
        const directory = ${JSON.stringify(directory)}
        await multipartRequest(multipartText(partText('f', 'x'.repeat(300_000), 'f'))).form({ directory })
        console.log(readdirSync(directory).length)
        ${end}`
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
        encoding: 'utf8',
      })
      assert.equal(stdout, '1\n')
      assert.deepEqual(readdirSync(directory), [])
    }
  })
})
