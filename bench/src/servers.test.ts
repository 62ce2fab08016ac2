import { describe, it } from 'node:test'
import { contenders } from './contenders.ts'
import { scenarios, verify } from './scenarios.ts'
import { ServerProcess } from './server-process.ts'

describe('the servers of the benchmark', () => {
  for (const contender of contenders) {
    it(`${contender.name} answers every scenario`, async () => {
      await using server = await ServerProcess.start(contender)
      for (const scenario of scenarios) await verify(server.url, scenario)
    })
  }
})
