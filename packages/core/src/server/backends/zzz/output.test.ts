import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Output } from './output.ts'

describe('Output', () => {
  let server: Server
  let client: Socket
  let socket: Socket
  let output: Output

  beforeEach(async () => {
    server = createServer({ noDelay: true })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const accepted = once(server, 'connection')
    client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    ;[socket] = (await accepted) as [Socket]
    socket.on('error', () => {})
    client.on('error', () => {})
    output = new Output(socket)
  })
  afterEach(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })

  /** Writes until the client, which does not read, holds it up. */
  function fill(): void {
    while (!output.blocked) {
      output.data(Buffer.alloc(256 * 1024))
      output.flush()
    }
  }

  it('keeps the order of Latin-1 text, UTF-8 text and bytes', async () => {
    output.text('\xff head ')
    output.data('Grüße ')
    output.text('middle ')
    output.data(Uint8Array.of(0, 255))
    output.text(' end')
    output.flush()
    socket.end()
    const expected = [Buffer.from('\xff head ', 'latin1'), 'Grüße ', 'middle ', Buffer.of(0, 255), ' end']
    const received = Buffer.concat(await client.toArray())
    assert.deepEqual(received, Buffer.concat(expected.map((piece) => Buffer.from(piece))))
  })

  it('sends nothing before it is flushed, and nothing twice', async () => {
    output.text('a')
    assert.equal(socket.bytesWritten, 0)
    output.flush()
    output.flush()
    assert.equal(socket.bytesWritten, 1)
    output.data('b')
    output.text('c')
    assert.equal(await new Promise((resolve) => setImmediate(() => resolve(socket.writableLength))), 1)
    output.flush()
    socket.end()
    assert.equal(await text(client), 'abc')
  })

  it('does not gather without end', () => {
    for (let round = 0; round < 3; round++) output.text('x'.repeat(64 * 1024))
    assert.ok(socket.bytesWritten > 128 * 1024)
  })

  it('says when the operating system has it, whatever was gathered', async () => {
    const sent = () => new Promise<unknown>((resolve) => output.flush(resolve))
    output.text('text')
    assert.ok((await sent()) == null)
    output.data('bytes')
    assert.ok((await sent()) == null)
    assert.ok((await sent()) == null)
    assert.equal(socket.bytesWritten, 9)
  })

  it('says when it was kept from sending', async () => {
    socket.destroy()
    output.text('late')
    assert.ok((await new Promise((resolve) => output.flush(resolve))) instanceof Error)
  })

  it('waits for a client that is slower', async () => {
    fill()
    socket.on('drain', () => output.release())
    const drained = Promise.all([output.drained(), output.drained()])
    client.resume()
    await drained
    assert.equal(output.blocked, false)
    await output.drained()
  })

  it('waits no longer for a client that is gone', async () => {
    fill()
    socket.on('close', () => output.release())
    const drained = output.drained()
    socket.destroy()
    await drained
    await output.drained()
  })

  it('is stalled when bytes wait and none is taken for so long', async () => {
    assert.equal(output.stalled(0, 100), false)
    assert.equal(output.stalled(1000, 100), false, 'nothing waits')
    // More than any kernel keeps for a client that does not read.
    output.data(Buffer.alloc(32 * 1024 * 1024))
    output.flush()
    for (let now = 0; !output.stalled(now, 100); now++) await new Promise(setImmediate)
    const fresh = new Output(socket)
    assert.equal(fresh.stalled(2000, 100), false, 'the clock starts')
    assert.equal(fresh.stalled(2099, 100), false)
    assert.equal(fresh.stalled(2100, 100), true)
  })

  it('is not stalled while the client takes something', async () => {
    fill()
    assert.equal(output.stalled(0, 100), false)
    const drained = once(socket, 'drain')
    client.resume()
    await drained
    fill()
    assert.equal(output.stalled(1000, 100), false)
  })
})
