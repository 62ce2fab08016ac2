import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, it } from 'node:test'
import { ConnectionGate } from './connection-gate.ts'

let server: Server
let gate: ConnectionGate
let admitted: Socket[]
let errors: unknown[]

beforeEach(async () => {
  admitted = []
  errors = []
  gate = new ConnectionGate({
    limits: { connections: 1, waiting: 1 },
    admit: (socket) => admitted.push(socket.on('error', () => {})),
    onError: (error) => errors.push(error),
  })
  server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => gate.enter(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
})

afterEach(() => {
  gate.destroy()
  server.close()
})

it('admits up to the limit, parks the next, admits it when a place falls free', async () => {
  const [first] = await clients(2)
  assert.deepEqual([admitted.length, gate.size], [1, 2])
  admitted[0]?.destroy()
  await once(first as Socket, 'close')
  assert.deepEqual([admitted.length, gate.size], [2, 1])
})

it('answers 503 beyond both limits, and warns once', async () => {
  await clients(2)
  for (let round = 0; round < 2; round++) {
    const [refused] = await clients(1)
    const [reply] = await once(refused as Socket, 'data')
    assert.match(String(reply), /^HTTP\/1\.1 503 /)
  }
  assert.deepEqual(
    errors.map((error) => (error as { code: string }).code),
    ['ZZZ_OVERLOADED'],
  )
})

it('turns away those who wait, and tells when it is empty', async () => {
  const [, waiting] = await clients(2)
  gate.refuseWaiting()
  const [reply] = await once(waiting as Socket, 'data')
  assert.match(String(reply), /^HTTP\/1\.1 503 /)
  admitted[0]?.destroy()
  await gate.whenEmpty()
  assert.deepEqual([admitted.length, gate.size], [1, 0])
})

it('destroys everything without admitting anybody', async () => {
  await clients(2)
  gate.destroy()
  await gate.whenEmpty()
  assert.equal(admitted.length, 1)
})

async function clients(count: number): Promise<Socket[]> {
  const { port } = server.address() as AddressInfo
  const made: Socket[] = []
  for (let index = 0; index < count; index++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    await Promise.all([once(socket, 'connect'), once(server, 'connection')])
    made.push(socket)
  }
  return made
}
