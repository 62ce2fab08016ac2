import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { secretKeys } from './secret-keys.ts'

const long = 'x'.repeat(32)

describe('secretKeys', () => {
  const folders: string[] = []
  const newFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'zzz-secret-'))
    folders.push(folder)
    return folder
  }
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true })
  })

  it('are those that are given, in any environment', () => {
    for (const environment of ['production', 'development']) {
      assert.deepEqual(secretKeys({ secretKeyBase: long, environment }).all('x'), [long])
      const several = [long, `${long}y`]
      assert.deepEqual(secretKeys({ secretKeyBase: several, environment }).all('x'), several)
    }
  })

  it('refuses short ones, and says how to make one', () => {
    for (const secretKeyBase of ['', 'x'.repeat(31), [], [long, 'short'], [7] as unknown as string[]]) {
      assert.throws(() => secretKeys({ secretKeyBase, environment: 'development' }), {
        code: 'ZZZ_SECRET_KEY',
        message: /secrets of at least 32 bytes.*randomBytes\(48\)/,
      })
    }
    const second = { secretKeyBase: [long, 'short'], environment: 'test' }
    assert.throws(() => secretKeys(second), { message: /number 2 of them is shorter/ })
  })

  it('are missing outside development and test, and says who needs them', () => {
    for (const environment of ['production', 'staging', 'Development']) {
      const keys = secretKeys({ secretKeyBase: undefined, environment, folder: newFolder() })
      const expected = {
        code: 'ZZZ_SECRET_KEY',
        message: /^session\(\) needs a secret: createApp.*randomBytes/,
      }
      assert.throws(() => keys.require('session()'), expected)
      assert.throws(() => keys.all('session()'), expected)
    }
  })

  it('are made once in development, and kept where only their owner can read', () => {
    const folder = newFolder()
    const options = { secretKeyBase: undefined, environment: 'development', folder }
    const idle = secretKeys(options)
    idle.require('x')
    assert.deepEqual(readdirSync(folder), [], 'nothing is made before it is used')
    const [first] = idle.all('x')
    assert.deepEqual(secretKeys({ ...options, environment: 'test' }).all('x'), [first])
    assert.deepEqual(readdirSync(folder), ['development-secret'])
    const file = join(folder, 'development-secret')
    assert.equal(statSync(file).mode & 0o077, 0)
    assert.match(readFileSync(file, 'latin1'), /^[\w-]{64}$/)
    assert.equal(first, `${readFileSync(file, 'latin1')} ${process.cwd()}`)
  })

  it('are of this process alone where nothing can be kept, which is said', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    const options = { secretKeyBase: undefined, environment: 'development', folder: join(folder, 'file/x') }
    const warned = Promise.withResolvers<Error>()
    process.once('warning', warned.resolve)
    const keys = secretKeys(options)
    assert.deepEqual(keys.all('x'), keys.all('x'))
    assert.match((await warned.promise).message, /every process makes its own/)
    const damaged = newFolder()
    writeFileSync(join(damaged, 'development-secret'), 'short')
    const warnedAgain = Promise.withResolvers<Error>()
    process.once('warning', warnedAgain.resolve)
    secretKeys({ ...options, folder: damaged }).all('x')
    assert.match((await warnedAgain.promise).message, /is damaged; remove it/)
  })
})
