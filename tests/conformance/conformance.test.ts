import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Backend, nodeBackend, zzzBackend } from '@zzz/core/server'
import type { Case, Trial } from './case.ts'
import { cases, connectionCases } from './cases/all.ts'
import { knownDifferences, tlsDifferences } from './known-differences.ts'
import { RawClient } from './raw-client.ts'
import { type Subject, startSubject } from './subject.ts'
import { overTcp, overTls, type Transport } from './transport.ts'

const full = process.env.ZZZ_TEST_SIZE === 'full'

for (const transport of [overTcp, overTls]) {
  for (const backend of [zzzBackend, nodeBackend]) {
    // Handshakes take the processor, and time-outs of a fraction of a second go on meanwhile.
    const concurrency = transport === overTls ? 4 : 8
    describe(`HTTP/1.1 over ${transport.name} on the back end ${backend.name}`, { concurrency }, () => {
      const setting: Setting = { backend, transport }
      let shared: Subject
      before(async () => {
        shared = await startSubject(backend, { tls: transport.tls })
      })
      after(async () => {
        await shared.stop()
        assert.deepEqual(shared.errors, [])
        assert.equal(shared.listener.connections(), 0)
      })
      // How a head is read does not hang on what it came over, so over TLS the small size leaves that out.
      const chosen = full || transport === overTcp ? cases : connectionCases
      for (const one of chosen) it(one.name, { timeout: 15_000 }, () => runCase(setting, shared, one))
    })
  }
}

it('every case has a name of its own, and every known difference is a case', () => {
  const names = cases.map((one) => one.name)
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
  for (const name of [...knownDifferences.keys(), ...tlsDifferences.keys()])
    assert.ok(names.includes(name), name)
})

/** What a case is run on. */
interface Setting {
  readonly backend: Backend
  readonly transport: Transport
}

async function runCase(setting: Setting, shared: Subject, one: Case): Promise<void> {
  const reason = knownDifference(setting, one)
  if (reason === undefined) return attempt(setting, shared, one)
  await assert.rejects(attempt(setting, shared, one), Error, `It passes now; no longer true: ${reason}`)
}

function knownDifference({ backend, transport }: Setting, { name }: Case): string | undefined {
  const ofBackend = backend === nodeBackend ? knownDifferences.get(name) : undefined
  return ofBackend ?? (transport === overTls ? tlsDifferences.get(name) : undefined)
}

async function attempt({ backend, transport }: Setting, shared: Subject, one: Case): Promise<void> {
  const clients: RawClient[] = []
  const servers: Subject[] = []
  const trial: Trial = {
    backend: backend.name,
    scheme: transport.scheme,
    async client(subject = shared, options = {}) {
      const client = await RawClient.connect(subject.port, options, transport)
      clients.push(client)
      return client
    },
    async server(options) {
      const server = await startSubject(backend, { tls: transport.tls, ...options })
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
