import assert from 'node:assert/strict'
import { constants, fstatSync } from 'node:fs'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { FileDescriptor } from './file-descriptor.ts'

const open = () => FileDescriptor.open(import.meta.filename, constants.O_RDONLY)

describe('FileDescriptor', () => {
  it('reads at a position, and says how much', async () => {
    const file = await open()
    const buffer = Buffer.alloc(10)
    assert.equal(await file.read(buffer, 4, 7), 6)
    assert.equal(buffer.toString('latin1', 4), 'assert')
    assert.equal(await file.read(buffer, 0, 1e9), 0)
    assert.equal((await file.stat()).isFile(), true)
    await file.close()
  })

  it('closes once, after what is being read', async () => {
    const file = await open()
    const read = file.read(Buffer.alloc(10), 0, 0)
    const closed = [file.close(), file.close()]
    assert.doesNotThrow(() => fstatSync(file.fd))
    assert.equal(await read, 10)
    await Promise.all(closed)
    await assert.rejects(file.read(Buffer.alloc(1), 0, 0), { message: 'The file is closed' })
  })

  it('rejects with the error of the file system', async () => {
    await assert.rejects(FileDescriptor.open('/nowhere', constants.O_RDONLY), { code: 'ENOENT' })
  })

  it('is closed when it was dropped', async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const fd = await open().then((file) => file.fd)
    const isOpen = () => {
      try {
        return fstatSync(fd).isFile()
      } catch {
        return false
      }
    }
    while (isOpen()) {
      collect()
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
})
