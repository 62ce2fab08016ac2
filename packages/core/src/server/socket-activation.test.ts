import assert from 'node:assert/strict'
import { it } from 'node:test'
import { activatedSocket } from './socket-activation.ts'

it('takes the first socket that was handed to this process', () => {
  assert.equal(activatedSocket({ LISTEN_FDS: '1', LISTEN_PID: String(process.pid) }), 3)
  assert.equal(activatedSocket({ LISTEN_FDS: '2' }), 3)
})

it('refuses when there is none, or it is meant for another process', () => {
  for (const environment of [{}, { LISTEN_FDS: '0' }, { LISTEN_FDS: '1', LISTEN_PID: '1' }]) {
    assert.throws(() => activatedSocket(environment), { code: 'ZZZ_OPTION_INVALID', message: /LISTEN_FDS/ })
  }
})
