import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Address } from '../backend.ts'

/** A request without a reply. */
export interface Failure {
  /** The client's port, by which the server knows the connection. */
  readonly port: number | undefined
  readonly error: unknown
}

/** What a load has met with so far. */
export interface Load {
  readonly answered: number
  readonly failures: readonly Failure[]
  /** Pids of the workers that answered. */
  readonly workers: Set<number>
  /** Waits for so many more. */
  answers(count: number): Promise<void>
  /** Ends all clients behind the replies they wait for. */
  stop(): Promise<void>
}

/** How many clients of each kind ask for `/`, one request after the other, until they are stopped. */
export interface Clients {
  /** Stay on their connection as long as the server lets them. */
  readonly keepAlive: number
  /** Take a new connection for each request. */
  readonly close: number
}

/** Loads a server with requests, each client over a connection of its own. Nothing is ever sent twice. */
export function load(address: Address, { keepAlive, close }: Clients): Load {
  let stopped = false
  const events = new EventEmitter()
  const result = { answered: 0, failures: [] as Failure[], workers: new Set<number>(), answers, stop }
  const clients = [
    ...Array.from({ length: keepAlive }, () => client('')),
    ...Array.from({ length: close }, () => client('Connection: close\r\n')),
  ]

  async function client(headers: string): Promise<void> {
    let socket: Socket | undefined
    while (!stopped) {
      socket ??= open(address)
      const reply = await exchange(socket, `GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)
      if (typeof reply === 'string') {
        result.answered++
        events.emit('answer')
        result.workers.add(Number(reply.slice(reply.indexOf('\r\n\r\n'))))
        if (!/\r\nconnection: close\r\n/i.test(reply)) continue
      } else {
        result.failures.push(reply)
      }
      socket.destroy()
      socket = undefined
    }
    socket?.destroy()
  }

  async function answers(count: number): Promise<void> {
    const goal = result.answered + count
    while (result.answered < goal) await once(events, 'answer')
  }

  async function stop(): Promise<void> {
    stopped = true
    await Promise.all(clients)
  }

  return result
}

/** A connection to the address. */
export function open({ host, port, path }: Address): Socket {
  const socket = path === undefined ? connect(port, host) : connect(path)
  // Between two requests an error shows up at the next one.
  socket.on('error', () => {})
  socket.once('connect', () => ports.set(socket, socket.localPort))
  return socket
}

/** The ports of sockets, which they forget when they are destroyed. */
const ports = new WeakMap<Socket, number | undefined>()

/** Sends a request and waits for the whole reply, which has a `content-length`. */
export async function exchange(socket: Socket, request: string): Promise<string | Failure> {
  let reply = ''
  const done = Promise.withResolvers<string | Failure>()
  const fail = (error: unknown): void => done.resolve({ port: ports.get(socket), error })
  const onClose = (): void => fail(new Error(`closed behind ${JSON.stringify(reply)}`))
  const onData = (bytes: Buffer): void => {
    reply += bytes.toString('latin1')
    const head = reply.indexOf('\r\n\r\n')
    const length = Number(/content-length: (\d+)/.exec(reply)?.[1])
    if (head !== -1 && reply.length >= head + 4 + length) done.resolve(reply)
  }
  socket.on('data', onData).on('error', fail).on('close', onClose)
  if (socket.destroyed) onClose()
  else socket.write(request)
  const result = await done.promise
  socket.off('data', onData).off('error', fail).off('close', onClose)
  return result
}
