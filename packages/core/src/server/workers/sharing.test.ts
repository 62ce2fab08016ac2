import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { shareAcrossWorkers } from '../../pubsub/share-across-workers.ts'
import { exchange, open } from './load.suite.ts'
import { Program } from './program.suite.ts'

const file = join(import.meta.dirname, 'shared-program.suite.ts')

/** The program, with both workers ready. */
async function start() {
  const program = await Program.start({ file })
  while (readyOf(program).length < 3) await program.line(/^ready/)
  return Object.assign(program, {
    async ask(path: string): Promise<string> {
      const reply = await exchange(
        open(program.address),
        `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      )
      return typeof reply === 'string' ? (reply.split('\r\n\r\n')[1] ?? '') : 'failed'
    },
  })
}

/** Pids of the processes that are ready, or were. */
function readyOf(program: Program): number[] {
  return program.lines.flatMap((line) => /^ready (\d+)$/.exec(line)?.[1] ?? []).map(Number)
}

/** Numbers that a process got from another one, in the order they came. */
function gotBy(program: Program, pid: number, from: number): number[] {
  const prefix = `got ${pid} ${from} `
  return program.lines
    .filter((line) => line.startsWith(prefix))
    .map((line) => Number(line.slice(prefix.length)))
}

function isAlive(pid: number): boolean {
  try {
    // 0, of a request that failed, would be this very process group.
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('the bus of workers', () => {
  it('reaches every process, in the order of each publisher', async () => {
    await using program = await start()
    const publishers = (await Promise.all(count(4).map(() => program.ask('/publish/500/all')))).map(Number)
    for (const pid of readyOf(program)) {
      for (const from of new Set(publishers)) {
        const expected = publishers.filter((one) => one === from).flatMap(() => count(500))
        while (gotBy(program, pid, from).length < expected.length) await program.line(/^got/)
        assert.deepEqual(gotBy(program, pid, from), expected)
      }
    }
  })

  it('spares the publisher when told so', async () => {
    await using program = await start()
    const from = Number(await program.ask('/publish/3/others'))
    for (const pid of readyOf(program)) {
      if (pid !== from) while (gotBy(program, pid, from).length < 3) await program.line(/^got/)
    }
    assert.deepEqual(gotBy(program, from, from), [])
  })

  it('loses no messages of those that live when a worker is killed', async () => {
    await using program = await start()
    const publishers = await Promise.all([
      ...count(10).map(() => program.ask('/publish/100/all')),
      program.ask('/die/100'),
    ])
    while (readyOf(program).length < 4) await program.line(/^ready/)
    publishers.push(await program.ask('/publish/100/all'))
    for (const from of new Set(publishers.map(Number).filter(isAlive))) {
      const sent = publishers.filter((one) => Number(one) === from).flatMap(() => count(100))
      while (gotBy(program, program.pid, from).length < sent.length) await program.line(/^got/)
      assert.deepEqual(gotBy(program, program.pid, from), sent)
    }
  })
})

describe('the bus of workers, one of which is stuck', () => {
  it('loses messages for that one, says so, and goes on when it does', async () => {
    await using program = await start()
    const blocked = program.ask('/block/2500')
    const [, stuck] = await program.line(/^blocked (\d+)/)
    for (const round of [1, 2]) {
      assert.notEqual(await program.ask('/large/12'), stuck)
      await program.line(new RegExp(`^large ${program.pid} ${round * 12}$`))
    }
    assert.equal(await blocked, stuck)
    await program.line(new RegExp(`^large ${stuck} 12$`))
    let from = Number(stuck)
    while (from === Number(stuck)) from = Number(await program.ask('/publish/1/others'))
    while (gotBy(program, Number(stuck), from).length < 1) await program.line(/^got/)
    assert.ok(!program.lines.includes(`large ${stuck} 24`))
    program.signal('SIGTERM')
    assert.deepEqual(await program.ended(), [0, null])
    assert.equal((await program.errors).match(/ZzzUnhandledError: .*A worker takes no messages/g)?.length, 1)
  })
})

describe('shareAcrossWorkers', () => {
  it('is what create gives in a process without workers', () => {
    const object = { get: async () => 1 }
    assert.equal(
      shareAcrossWorkers('alone', () => object),
      object,
    )
  })

  it('is one object for all workers, made in the primary', async () => {
    await using program = await start()
    assert.deepEqual(
      program.lines.filter((line) => line.startsWith('create')),
      [`create ${program.pid}`, `create ${program.pid}`],
    )
    const replies = await Promise.all(count(20).map(() => program.ask('/add/2')))
    const results = replies.map((reply) => JSON.parse(reply) as [pid: number, count: number, second: number])
    assert.equal(new Set(results.map(([pid]) => pid)).size, 2, 'both workers were asked')
    assert.deepEqual(
      results.map(([, sum]) => sum).sort((a, b) => a - b),
      count(20).map((i) => 2 * i + 2),
    )
    assert.equal(Math.max(...results.map(([, , second]) => second)), 20)
  })

  it('carries values and errors over as they are', async () => {
    await using program = await start()
    assert.equal(await program.ask('/echo'), '[true,true,true,3]')
    const failed = async (path: string): Promise<object> => JSON.parse(await program.ask(path)) as object
    assert.deepEqual(await failed('/fail/taken'), {
      kind: 'HttpError',
      name: 'HttpError',
      message: 'This name is taken',
      code: 'ZZZ_HTTP',
      status: 409,
      headers: { 'x-a': 'b' },
    })
    assert.deepEqual(await failed('/fail/closed'), {
      kind: 'ZzzError',
      name: 'ZzzError',
      message: 'Closed',
      code: 'ZZZ_BUS_CLOSED',
      status: 500,
      cause: 'deep',
    })
    assert.deepEqual(await failed('/fail/odd'), {
      kind: 'Error',
      name: 'RangeError',
      message: 'odd',
      code: 'EODD',
    })
    assert.deepEqual(await failed('/fail/text'), { kind: 'Error', name: 'Error', message: 'a text' })
  })

  it('fails clearly where a call cannot be carried out', async () => {
    await using program = await start()
    const failed = async (path: string): Promise<{ code?: string; message: string }> =>
      JSON.parse(await program.ask(path)) as { message: string }
    const [never, late, ...others] = await Promise.all([
      failed('/fail/never'),
      failed('/late'),
      failed('/fail/unclonable'),
      failed('/argument'),
      failed('/fail/missing'),
    ])
    assert.equal(never.code, 'ZZZ_SHARED_TIMEOUT')
    assert.match(never.message, /has not answered never of counter 1 within 5000 ms/)
    assert.equal(late.code, 'ZZZ_SHARED_UNKNOWN')
    assert.match(late.message, /no shared object "late 1": make it while the program starts/)
    assert.deepEqual(
      others.map(({ code }) => code),
      ['ZZZ_NOT_CLONABLE', 'ZZZ_NOT_CLONABLE', 'ZZZ_SHARED_UNKNOWN'],
    )
  })

  it('lets a session begin in one worker and go on in another', async () => {
    await using program = await start()
    const made = Number(await program.ask('/session/set'))
    for (;;) {
      const [pid, values] = JSON.parse(await program.ask('/session/get')) as [number, object]
      assert.deepEqual(values, { user: '"Ada"' })
      if (pid !== made) break
    }
  })
})
