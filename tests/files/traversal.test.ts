import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { get } from '../conformance/case.ts'
import { type Site, startSite } from './site.ts'

const secret = 'the secret that nobody may read'

/** Ways out of the root, as they stand on the wire behind `/static/` and `/download/`. */
const waysOut = [
  // Plain and encoded dots and slashes, in every mixture.
  '../secret.txt',
  '../../../../../../etc/passwd',
  'sub/../../secret.txt',
  './../secret.txt',
  'sub/./../../secret.txt',
  '%2e%2e/secret.txt',
  '%2E%2E/secret.txt',
  '.%2e/secret.txt',
  '..%2fsecret.txt',
  '..%2Fsecret.txt',
  '%2e%2e%2fsecret.txt',
  'sub%2f..%2f..%2fsecret.txt',
  '..;/secret.txt',
  '.../secret.txt',
  // Backslashes, which are slashes to Windows.
  '..\\secret.txt',
  '..%5csecret.txt',
  '%2e%2e%5csecret.txt',
  'sub\\..\\..\\secret.txt',
  'sub%5c..%5c..%5csecret.txt',
  // Encoded twice, or longer than UTF-8 allows.
  '%252e%252e/secret.txt',
  '%252e%252e%252fsecret.txt',
  '..%252fsecret.txt',
  '%c0%ae%c0%ae/secret.txt',
  '..%c0%afsecret.txt',
  '%e0%80%ae%e0%80%ae/secret.txt',
  '%u002e%u002e/secret.txt',
  // NUL, which ended a path once.
  '%00',
  'page.txt%00',
  '%00/../secret.txt',
  '../secret.txt%00.css',
  'page.txt%00../../secret.txt',
  // Absolute paths, drives, shares, URLs.
  '/etc/passwd',
  '//etc/passwd',
  '%2fetc%2fpasswd',
  '%2Fetc/passwd',
  '{secret}',
  '/{secret}',
  'C:/secret.txt',
  'C:%5csecret.txt',
  'C%3A%5csecret.txt',
  '%5c%5chost%5cshare%5csecret.txt',
  '//host/share/secret.txt',
  'file:///etc/passwd',
  'file:%2f%2f/etc/passwd',
  // Links that lead out, and the folder whose name begins like the root.
  'link-out',
  'linked-folder/secret.txt',
  'linked-sibling/secret.txt',
  '../public-private/secret.txt',
  'sub/link-up/secret.txt',
  'chain',
  // Hidden files, also below folders and behind encodings.
  '.env',
  '%2eenv',
  '.git/config',
  'sub/.git/config',
  'sub/%2egit/config',
  '.well-known/security.txt',
  // What is no regular file.
  '',
  'sub',
  'sub/',
  '%20',
  '%2e',
  '.',
  '..',
  '%2e%2e',
  '%2e%2e%2f',
]

function fillSite(site: Site): void {
  site.write('secret.txt', secret)
  site.write('public-private/secret.txt', secret)
  site.write('public/page.txt', 'page')
  site.write('public/sub/page.txt', 'sub page')
  for (const name of ['.env', '.git/config', 'sub/.git/config', '.well-known/security.txt', '...hidden']) {
    site.write(`public/${name}`, secret)
  }
  const links: readonly [target: string, name: string][] = [
    ['../secret.txt', 'link-out'],
    ['..', 'linked-folder'],
    ['../public-private', 'linked-sibling'],
    ['../..', 'sub/link-up'],
    ['link-out', 'chain'],
    ['sub/page.txt', 'link-inside'],
    ['sub', 'linked-inside'],
  ]
  for (const [target, name] of links) symlinkSync(target, join(site.root, name))
  mkdirSync(join(site.root, 'empty'))
}

for (const backend of ['zzz', 'node'] as const) {
  describe(`ways out of the root, on the back end ${backend}`, () => {
    let site: Site
    before(async () => {
      site = await startSite({ backend })
      fillSite(site)
    })
    after(() => site[Symbol.asyncDispose]())

    /** Sends a target as it is, and gives what came back. */
    async function fetchRaw(target: string) {
      const client = await site.client()
      client.send(get(target))
      const response = await client.response()
      client.destroy()
      return response
    }

    async function assertRefused(target: string): Promise<void> {
      const { status, body } = await fetchRaw(target)
      assert.ok(!String(body).includes(secret) && !String(body).includes('root:'), `${target} gave a secret`)
      assert.ok([400, 404].includes(status), `${target} was answered ${status}`)
    }

    for (const way of waysOut) {
      it(JSON.stringify(way), async () => {
        const path = way.replace('{secret}', '/tmp/../etc/passwd')
        await assertRefused(`/static/${path}`)
        await assertRefused(`/download/${path}`)
        await assertRefused(`/query?path=${path}`)
        await assertRefused(`http://a/static/${path}`)
      })
    }

    it('links inside the root are followed', async () => {
      for (const name of ['link-inside', 'linked-inside/page.txt']) {
        for (const place of ['/static/', '/download/', '/query?path=']) {
          const { status, body } = await fetchRaw(place + name)
          assert.deepEqual([status, String(body)], [200, 'sub page'], place + name)
        }
      }
    })

    it('a link that is turned round while the site runs leads nowhere', async () => {
      await using other = await startSite({ backend, files: { maxStale: 0 } })
      fillSite(other)
      const { unlinkSync } = await import('node:fs')
      const status = async () => {
        const client = await other.client()
        client.send(get('/static/link-inside'))
        return (await client.response()).status
      }
      assert.equal(await status(), 200)
      unlinkSync(join(other.root, 'link-inside'))
      symlinkSync('../secret.txt', join(other.root, 'link-inside'))
      assert.equal(await status(), 404)
    })

    it('hidden names that are allowed are served, and no others', async () => {
      await using open = await startSite({ backend, files: { dotfiles: ['.well-known'] } })
      fillSite(open)
      const client = await open.client()
      client.send(get('/static/.well-known/security.txt') + get('/static/.env') + get('/static/.git/config'))
      for (const status of [200, 404, 404]) assert.equal((await client.response()).status, status)
    })

    it('leaves nothing open and no error behind', () => {
      assert.deepEqual([site.openFiles(), site.errors], [0, []])
    })
  })
}
