/**
 * Opens connections, lets each make one request, and holds them open, idle, until the parent hangs up. Run as a process
 * of its own: `idle-connections.ts PORT COUNT`; tells the parent when all are open. They come from several loopback
 * addresses, because each has only some 28,000 ports.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const [port = 0, count = 0] = process.argv.slice(2).map(Number)
const perAddress = 10_000
const atOnce = 100

const sockets: Socket[] = []
while (sockets.length < count) {
  const batch = Math.min(atOnce, count - sockets.length)
  sockets.push(
    ...(await Promise.all(Array.from({ length: batch }, (_, index) => open(sockets.length + index)))),
  )
}
process.on('disconnect', () => process.exit())
process.send?.('open')

async function open(index: number): Promise<Socket> {
  const localAddress = `127.0.0.${2 + Math.floor(index / perAddress)}`
  const socket = connect({ host: '127.0.0.1', port, localAddress })
  await once(socket, 'connect')
  socket.write('GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [reply] = (await once(socket, 'data')) as [Buffer]
  if (!reply.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(`Unexpected reply: ${reply}`)
  socket.on('close', () => {
    throw new Error('The server closed a connection that should stay open')
  })
  return socket
}
