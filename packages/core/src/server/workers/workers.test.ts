import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { exchange, load, open } from './load.suite.ts'
import { Program } from './program.suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'zzz-workers-'))
after(() => rmSync(folder, { recursive: true }))

let files = 0
const newFile = (content = ''): string => {
  const file = join(folder, String(files++))
  writeFileSync(file, content)
  return file
}

const ask = async (program: { address: { url: string } }, path: string): Promise<string> =>
  (await fetch(program.address.url + path, { headers: { connection: 'close' } })).text()

for (const backend of ['zzz', 'node'] as const) {
  describe(`workers: ${backend}`, () => {
    it('serve on one port, with the services, and close with their primary', async () => {
      await using program = await Program.start({ options: { backend } })
      const { workers } = program
      assert.equal(workers.length, 2)
      assert.ok(!workers.includes(program.pid))
      const answered = new Set<number>()
      while (answered.size < 2) answered.add(Number(await ask(program, '/')))
      assert.deepEqual([...answered].sort(), workers.sort())
      program.child.send('close')
      assert.deepEqual(await program.ended(), [0, null])
      const ends = program.lines.filter((line) => /^stop|onClose/.test(line))
      assert.deepEqual(
        ends.filter((line) => line.startsWith('stop')).sort(),
        workers.map((pid) => `stop ${pid}`),
      )
      assert.deepEqual(ends.at(-1), 'primary onClose')
      assert.equal(ends.filter((line) => line === 'worker onClose').length, 2)
      assert.equal(await program.errors, '')
    })

    it('that are killed under load lose the requests they held and no other', async () => {
      const log = newFile()
      await using program = await Program.start({ options: { backend }, env: { LOG: log } })
      const { address } = program
      const clients = load(address, { keepAlive: 8, close: 8 })
      for (let round = 0; round < 4; round++) {
        await clients.answers(200)
        // It kills itself within a handler, so that all it has accepted is in the log.
        await assert.rejects(ask(program, '/die'))
        await program.line(/^start /)
      }
      await clients.answers(200)
      await clients.stop()
      program.signal('SIGTERM')
      assert.deepEqual(await program.ended(), [0, null])
      const reports = (await program.errors).matchAll(/Worker (\d+) ended by SIGKILL/g)
      const killed = new Set([...reports].map((match) => Number(match[1])))
      assert.equal(killed.size, 4)
      const owners = Map.groupBy(readFileSync(log, 'utf8').trim().split('\n'), (line) =>
        Number(line.split(' ')[0]),
      )
      for (const { port, error } of clients.failures) {
        const pids = (owners.get(port ?? -1) ?? []).map((line) => Number(line.split(' ')[1]))
        assert.ok(
          pids.some((pid) => killed.has(pid)),
          `port ${port}, taken by ${pids}: ${error}`,
        )
      }
    })

    it('are replaced one by one at SIGHUP, and no request fails', async () => {
      await using program = await Program.start({ options: { backend } })
      const before = program.workers
      const clients = load(program.address, { keepAlive: 8, close: 8 })
      await clients.answers(200)
      program.signal('SIGHUP')
      const retired = before.map(() => program.line(/^worker onClose/))
      for (const one of retired) await one
      await clients.answers(200)
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      const fresh = program.workers.filter((pid) => !before.includes(pid))
      assert.equal(fresh.length, 2)
      assert.ok(fresh.every((pid) => clients.workers.has(pid)))
    })

    it('that are replaced answer a client which was idle, and close its connection then', async () => {
      await using program = await Program.start({ options: { backend, workers: { count: 1 } } })
      const socket = open(program.address)
      const first = await exchange(socket, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      program.signal('SIGHUP')
      // The new worker serves, so the old one has been told, or will be in a moment.
      await program.line(/^worker /)
      const ends = once(socket, 'end')
      for (;;) {
        const reply = await exchange(socket, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        assert.ok(typeof reply === 'string', JSON.stringify(reply))
        assert.equal(reply.split('\r\n\r\n')[1], String(first).split('\r\n\r\n')[1])
        if (/connection: close/.test(reply)) break
      }
      await ends
      await program.line(/^worker onClose/)
    })
  })
}
