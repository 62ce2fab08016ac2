import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { fileRange } from './file/file-range.ts'
import { discardBody, isFileRange, isUpgrade, Reply, typedReply } from './reply.ts'
import type { Upgrade } from './upgrade.ts'

const upgrade: Upgrade = { kind: 'upgrade', protocol: 'x', accept() {} }
const notStatuses = [0, 99, 600, 200.5, Number.NaN, '200' as unknown as number]

describe('Reply', () => {
  it('is changed on its way out', () => {
    const reply = new Reply(200, 'x').status(201).header('X-A', '1').header('x-a', '2').append('x-a', '3')
    assert.equal(reply.statusCode, 201)
    assert.deepEqual(
      [...reply.headers],
      [
        ['x-a', '2'],
        ['x-a', '3'],
      ],
    )
    assert.equal(reply.error, undefined)
  })

  it('refuses a status that is none, wherever it is given', () => {
    const refusal = { code: 'ZZZ_STATUS_INVALID' }
    for (const status of notStatuses) {
      assert.throws(() => new Reply(status, null), refusal)
      assert.throws(() => typedReply(status, '', 'text/plain'), refusal)
      assert.throws(() => new Reply(200, null).status(status), {
        ...refusal,
        message: new RegExp(`${status}$`),
      })
      const assigned = new Reply(200, null)
      assigned.statusCode = status
      assert.throws(() => assigned.take(), refusal)
    }
  })

  it('can be taken once', () => {
    const reply = new Reply(599, null)
    reply.take()
    assert.throws(() => reply.take(), { code: 'ZZZ_REPLY_REUSED' })
  })

  it('cannot be taken with a status that ends no request, unless it is an upgrade', () => {
    for (const status of [100, 101, 103, 199]) {
      assert.throws(() => new Reply(status, null).take(), {
        code: 'ZZZ_STATUS_INVALID',
        message: new RegExp(`${status}`),
      })
    }
    new Reply(101, upgrade).take()
  })

  it('tells its special bodies apart', () => {
    assert.equal(isUpgrade(upgrade), true)
    for (const body of [null, 'upgrade', new Uint8Array(), new PassThrough()]) {
      assert.equal(isUpgrade(body), false)
      assert.equal(isFileRange(body), false)
    }
    assert.equal(isFileRange(upgrade), false)
  })
})

describe('discardBody', () => {
  it('has nothing to do for what holds nothing', async () => {
    for (const body of [null, 'x', new Uint8Array(), upgrade]) await discardBody(body)
  })

  it('cancels a web stream', async () => {
    const cancelled = Promise.withResolvers<void>()
    await discardBody(new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() }))
    await cancelled.promise
  })

  it('destroys a node stream', async () => {
    const stream = new PassThrough()
    const closed = once(stream, 'close')
    await discardBody(stream)
    await closed
  })

  it('tells an iterable that it is not wanted', async () => {
    let returned = 0
    const iterable = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 'x' }) as const,
        return: async () => {
          returned++
          return { done: true, value: undefined } as const
        },
      }),
    }
    await discardBody(iterable)
    assert.equal(returned, 1)
  })

  it('closes a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zzz-reply-'))
    await writeFile(join(folder, 'file'), 'x')
    const range = await fileRange(join(folder, 'file'))
    assert.equal(isFileRange(range), true)
    await discardBody(range)
    await assert.rejects(range.file.stat(), /closed/)
    await rm(folder, { recursive: true })
  })
})
