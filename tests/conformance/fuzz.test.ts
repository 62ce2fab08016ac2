import assert from 'node:assert/strict'
import { after, before, it, type TestContext } from 'node:test'
import { nodeBackend, zzzBackend } from '@zzz/core/server'
import { describe, seen } from './fuzz/exchange.ts'
import { mutatedStream } from './fuzz/mutate.ts'
import { Random } from './fuzz/random.ts'
import { type Subject, startSubject } from './subject.ts'

const full = process.env.ZZZ_TEST_SIZE === 'full'
/** Mutated requests to send, and milliseconds after which fewer are enough. */
const wanted = full ? 100_000 : 3000
const timeLimit = full ? 170_000 : 20_000
/** Streams on their way at once. */
const parallel = 8
/** Set `ZZZ_FUZZ_SEED` to repeat a run, or to look elsewhere. */
const firstSeed = Number(process.env.ZZZ_FUZZ_SEED ?? 1)

let zzz: Subject
let node: Subject

before(async () => {
  zzz = await startSubject(zzzBackend, { handle: describe })
  node = await startSubject(nodeBackend, { handle: describe })
})

after(async () => {
  await Promise.all([zzz.stop(), node.stop()])
  assert.deepEqual([zzz.listener.connections(), node.listener.connections()], [0, 0])
})

it('two back ends that accept a mutated request see the same request', async (context) => {
  const counts = await fuzz()
  report(context, counts)
  assert.deepEqual([...zzz.errors, ...node.errors], [])
  const greeting = Buffer.from('GET /alive HTTP/1.1\r\nHost: a\r\n\r\n')
  const alive = await Promise.all([seen(zzz.port, greeting), seen(node.port, greeting)])
  for (const [line = ''] of alive) assert.match(line, /^GET \/alive 0 /)
})

interface Counts {
  requests: number
  zzz: number
  node: number
}

async function fuzz(): Promise<Counts> {
  const counts: Counts = { requests: 0, zzz: 0, node: 0 }
  const deadline = performance.now() + timeLimit
  let seed = firstSeed
  const worker = async (): Promise<void> => {
    while (counts.requests < wanted && performance.now() < deadline) await compare(seed++, counts)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return counts
}

/** Sends the stream of one seed to both, and compares as far as both accepted. */
async function compare(seed: number, counts: Counts): Promise<void> {
  const { bytes, requests, cuts } = mutatedStream(new Random(seed))
  counts.requests += requests
  const [byZzz, byNode] = await Promise.all([
    seen(zzz.port, bytes, cuts),
    seen(node.port, bytes, cuts),
  ]).catch((error: unknown) => {
    throw new Error(`Seed ${seed}, cut at [${cuts}]: ${JSON.stringify(bytes.toString('latin1'))}`, {
      cause: error,
    })
  })
  const common = Math.min(byZzz.length, byNode.length)
  counts.zzz += byZzz.length
  counts.node += byNode.length
  assert.deepEqual(
    byZzz.slice(0, common),
    byNode.slice(0, common),
    `Seed ${seed}: ${JSON.stringify(bytes.toString('latin1'))}\nzzz saw ${JSON.stringify(byZzz)}\nnode saw ${JSON.stringify(byNode)}`,
  )
}

function report(context: TestContext, counts: Counts): void {
  context.diagnostic(
    `${counts.requests} mutated requests from seed ${firstSeed}; zzz accepted ${counts.zzz}, node ${counts.node}`,
  )
}
