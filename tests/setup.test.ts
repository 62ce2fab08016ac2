import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { it } from 'node:test'

const root = resolve(import.meta.dirname, '..')

/** A repository whose one package, a development dependency, stands for the pinned Node; nothing comes from a registry. */
async function makeRepository(folder: string): Promise<void> {
  const npm = (...args: string[]) =>
    execFileSync('npm', [...args, '--offline'], { cwd: folder, stdio: 'pipe' })
  await mkdir(join(folder, 'pinned'))
  await mkdir(join(folder, 'scripts'))
  await copyFile(join(root, 'scripts/setup.mjs'), join(folder, 'scripts/setup.mjs'))
  await writeFile(join(folder, 'pinned/node'), '#!/bin/sh\necho v1.2.3\n', { mode: 0o755 })
  const pinned = { name: 'node', version: '1.2.3', bin: { node: 'node' } }
  await writeFile(join(folder, 'pinned/package.json'), JSON.stringify(pinned))
  npm('pack', './pinned')
  const repository = { private: true, devDependencies: { node: 'file:node-1.2.3.tgz' } }
  await writeFile(join(folder, 'package.json'), JSON.stringify(repository))
  npm('install', '--package-lock-only', '--no-audit', '--no-fund')
}

it('the setup installs the pinned Node in production too, once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zzz-setup-test-'))
  try {
    await makeRepository(folder)
    const setup = () =>
      spawnSync(process.execPath, ['scripts/setup.mjs'], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NODE_ENV: 'production', npm_config_offline: 'true' },
      })
    const first = setup()
    assert.equal(first.status, 0, first.stderr)
    assert.match(first.stderr, /^setup: nothing is installed yet; running npm ci\n/)
    assert.match(await readFile(join(folder, 'node_modules/.bin/node'), 'utf8'), /v1\.2\.3/)
    const second = setup()
    assert.deepEqual([second.status, second.stderr], [0, ''])
  } finally {
    await rm(folder, { recursive: true })
  }
})
