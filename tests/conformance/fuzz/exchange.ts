import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { Reply, type Request } from '@zzz/core'
import { turns } from '../raw-client.ts'
import { parseHead } from '../response.ts'

/** Longest wait for a server to close, in milliseconds. */
const patience = 10_000

/** Answers with what framing made of the request, in a header, so that HEAD tells it too. */
export async function describe(request: Request): Promise<Reply> {
  try {
    const body = await request.bytes()
    const hash = createHash('sha1').update(body).digest('hex')
    return new Reply(200, null).header('x-seen', `${request.method} ${request.target} ${body.length} ${hash}`)
  } catch (error) {
    return new Reply((error as { status?: number }).status ?? 500, null)
  }
}

/** Sends bytes, ends, and gives what the server says it saw: a line for each request that it accepted. */
export async function seen(port: number, bytes: Buffer, cuts: readonly number[] = []): Promise<string[]> {
  const accepted: string[] = []
  let rest = await conversation(port, bytes, cuts)
  for (;;) {
    const head = parseHead(rest)
    if (head === undefined) return accepted
    if (head.status === 200) accepted.push(head.headers.get('x-seen') ?? '')
    // Replies of the handler have no body; a refusal has one, and is the last.
    if (head.status >= 400) return accepted
    rest = rest.subarray(head.size)
  }
}

function conversation(port: number, bytes: Buffer, cuts: readonly number[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const timer = setTimeout(() => {
      reject(
        new Error(
          `The server on port ${port} did not close; it sent ${JSON.stringify(String(Buffer.concat(pieces)))}`,
        ),
      )
      socket.destroy()
    }, patience)
    socket.on('data', (piece: Buffer) => pieces.push(piece))
    // A server that refuses may reset a client that still sends; what came before counts.
    socket.on('error', () => {})
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(pieces))
    })
    void sendInPieces(socket, bytes, cuts)
  })
}

async function sendInPieces(socket: Socket, bytes: Buffer, cuts: readonly number[]): Promise<void> {
  let start = 0
  for (const cut of cuts) {
    socket.write(bytes.subarray(start, cut))
    start = cut
    await turns(2)
  }
  socket.end(bytes.subarray(start))
}
