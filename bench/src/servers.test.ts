import { before, describe, it } from 'node:test'
import { contenders, scenariosOf } from './contenders.ts'
import { prepareFiles } from './files.ts'
import { verify } from './scenarios.ts'
import { ServerProcess } from './server-process.ts'
import { stackContenders, verifyStack } from './stack-contenders.ts'

describe('the servers of the benchmark', () => {
  before(prepareFiles)

  for (const contender of contenders) {
    it(`${contender.name} answers its scenarios`, async () => {
      await using server = await ServerProcess.start(contender)
      for (const scenario of scenariosOf(contender)) await verify(server.url, scenario)
    })
  }
})

describe('the servers of the typical JSON API', () => {
  for (const contender of stackContenders) {
    it(`${contender.name} does the whole work`, async () => {
      await using server = await ServerProcess.start(contender)
      await verifyStack(server.url)
    })
  }
})
