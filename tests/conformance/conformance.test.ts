import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Backend, nodeBackend, zzzBackend } from '@zzz/core/server'
import type { Case, Trial } from './case.ts'
import { cases } from './cases/all.ts'
import { knownDifferences } from './known-differences.ts'
import { RawClient } from './raw-client.ts'
import { type Subject, startSubject } from './subject.ts'

for (const backend of [zzzBackend, nodeBackend]) {
  describe(`HTTP/1.1 on the back end ${backend.name}`, { concurrency: 8 }, () => {
    let shared: Subject
    before(async () => {
      shared = await startSubject(backend)
    })
    after(async () => {
      await shared.stop()
      assert.deepEqual(shared.errors, [])
      assert.equal(shared.listener.connections(), 0)
    })
    for (const one of cases) it(one.name, { timeout: 15_000 }, () => runCase(backend, shared, one))
  })
}

it('every case has a name of its own, and every known difference is a case', () => {
  const names = cases.map((one) => one.name)
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
  for (const name of knownDifferences.keys()) assert.ok(names.includes(name), name)
})

async function runCase(backend: Backend, shared: Subject, one: Case): Promise<void> {
  const reason = backend === nodeBackend ? knownDifferences.get(one.name) : undefined
  if (reason === undefined) return attempt(backend, shared, one)
  await assert.rejects(attempt(backend, shared, one), Error, `It passes now; no longer true: ${reason}`)
}

async function attempt(backend: Backend, shared: Subject, one: Case): Promise<void> {
  const clients: RawClient[] = []
  const servers: Subject[] = []
  const trial: Trial = {
    backend: backend.name,
    async client(subject = shared, options = {}) {
      const client = await RawClient.connect(subject.port, options)
      clients.push(client)
      return client
    },
    async server(options) {
      const server = await startSubject(backend, options)
      servers.push(server)
      return server
    },
  }
  try {
    await one.run(trial)
  } finally {
    for (const client of clients) client.destroy()
    for (const server of servers) await server.stop()
  }
  for (const server of servers) assert.equal(server.listener.connections(), 0, 'connections left open')
}
