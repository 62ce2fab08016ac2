import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { findFile, type KnownFile } from './known-file.ts'

const root = mkdtempSync(join(tmpdir(), 'zzz-known-'))
after(() => rmSync(root, { recursive: true }))
writeFileSync(join(root, 'a.txt'), 'a')
utimesSync(join(root, 'a.txt'), 1, 1)

const options = { root, inMemory: 100 }
const find = async (known: readonly KnownFile[] = [], coding = 'identity') =>
  (await findFile('a.txt', coding, known, options)) as KnownFile

it('a file that is known in this state is not read again, unless it could have changed unseen', async () => {
  const settled = { ...(await find()), settled: true }
  assert.equal(await find([settled]), settled)
  assert.notEqual(await find([{ ...settled, settled: false }]), settled)
  assert.notEqual(await find([settled], 'br'), settled)
  assert.notEqual(await find([{ ...settled, path: '/elsewhere' }]), settled)
  const unsettled = { ...settled, settled: false, content: Buffer.from('old') }
  assert.equal(String((await find([unsettled])).content), 'a')
})
