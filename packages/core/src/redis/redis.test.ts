import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { redisForTest, redisUrl, withoutRedis } from './redis.suite.ts'
import { createRedis } from './redis.ts'
import { redisScript } from './redis-script.ts'

const skip = await withoutRedis()

describe('createRedis', { skip }, () => {
  it('sends commands, texts and bytes', async (t) => {
    const { redis, prefix } = await redisForTest(t)
    assert.equal(await redis.command('SET', `${prefix}text`, 'Grüße'), 'OK')
    assert.equal(await redis.command('GET', `${prefix}text`), 'Grüße')
    assert.equal(await redis.command('GET', `${prefix}none`), null)
    await redis.command('SET', `${prefix}bytes`, new Uint8Array([1, 2, 3]).subarray(1))
    assert.equal(await redis.command('STRLEN', `${prefix}bytes`), 2)
    assert.deepEqual(await redis.command('MGET', `${prefix}text`, `${prefix}none`), ['Grüße', null])
  })

  it('runs scripts, whether Redis knows them or not', async (t) => {
    const { redis, prefix } = await redisForTest(t)
    const script = redisScript(`-- ${prefix}\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])`)
    assert.equal(await redis.run(script, [`${prefix}n`], ['2']), 2)
    assert.equal(await redis.run(script, [`${prefix}n`], ['3']), 5)
  })

  it('tells what Redis refuses from what could not be asked', async (t) => {
    const { redis, prefix } = await redisForTest(t)
    await redis.command('SET', `${prefix}text`, 'x')
    await assert.rejects(redis.command('INCR', `${prefix}text`), {
      code: 'ZZZ_REDIS_FAILED',
      status: 500,
      message: /^Redis refused INCR: ERR value is not an integer/,
    })
  })

  it('says what to do before it is started, and after it was stopped', async () => {
    const redis = createRedis({ url: redisUrl })
    const message = /^Redis could not run PING: it is not connected\. List it in the application's services/
    await assert.rejects(redis.command('PING'), { code: 'ZZZ_REDIS_UNAVAILABLE', status: 503, message })
    await redis.start()
    assert.equal(await redis.command('PING'), 'PONG')
    await redis.stop({ deadline: 1000 })
    await assert.rejects(redis.command('PING'), { code: 'ZZZ_REDIS_UNAVAILABLE', message })
    await redis.stop({ deadline: 1000 })
  })
})

describe('createRedis: a server that fails', () => {
  it('fails the start when nobody listens', async (t) => {
    const { port, server } = await fakeServer(t, () => {})
    await new Promise((resolve) => server.close(resolve))
    await assert.rejects(createRedis({ url: `redis://127.0.0.1:${port}` }).start(), {
      code: 'ZZZ_REDIS_UNAVAILABLE',
      message: new RegExp(
        `^Cannot connect to Redis at 127.0.0.1:${port}: .*ECONNREFUSED.*Start it, or change`,
      ),
    })
  })

  it('gives up on an answer that does not come', async (t) => {
    const { port } = await fakeServer(t, (socket, text) => answer(socket, text, { PING: null }))
    const redis = createRedis({ url: `redis://127.0.0.1:${port}`, timeout: 20 })
    await redis.start()
    await assert.rejects(redis.command('PING'), {
      code: 'ZZZ_REDIS_UNAVAILABLE',
      message: /no answer within 20 ms/,
    })
    await redis.stop({ deadline: 20 }).catch(() => {})
  })

  it('refuses commands while the connection is lost, and makes a new one', async (t) => {
    const { port, sockets } = await fakeServer(t, (socket, text) => answer(socket, text, {}))
    const lost = Promise.withResolvers<void>()
    const redis = createRedis({
      url: `redis://127.0.0.1:${port}`,
      onError() {
        lost.resolve()
        throw new Error('a listener of errors that fails')
      },
    })
    await redis.start()
    for (const socket of sockets) socket.destroy()
    await lost.promise
    await assert.rejects(redis.command('PING'), {
      message: /the connection is lost; a new one is being made/,
    })
    await eventually(async () => assert.equal(await redis.command('PING'), 'OK'))
    await redis.stop({ deadline: 1000 })
  })
})

it('createRedis names options that are unknown or impossible', () => {
  assert.throws(() => createRedis({ url: 'localhost:6379' }), {
    code: 'ZZZ_OPTION_INVALID',
    message: /"url"/,
  })
  assert.throws(() => createRedis({ timeout: 0 }), { code: 'ZZZ_OPTION_INVALID', message: /"timeout"/ })
})

/** A server that speaks as much of the protocol as `onText` does. */
async function fakeServer(t: TestContext, onText: (socket: Socket, text: string) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    socket.on('data', (data) => onText(socket, data.toString()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as { port: number }).port, server, sockets }
}

/** Answers each command of a text with OK, or as told; null is no answer. */
function answer(socket: Socket, text: string, answers: Readonly<Record<string, string | null>>): void {
  for (const [, name = ''] of text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
    const given = Object.hasOwn(answers, name) ? answers[name] : '+OK\r\n'
    if (typeof given === 'string') socket.write(given)
  }
}

/** Tries again until it works; the test's own time-out bounds it. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ZZZ_REDIS_UNAVAILABLE') throw error
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
