import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { it } from 'node:test'
import { Waiting } from './waiting.ts'

it('counts the time of a handler from the last tick at which the body was not arriving', () => {
  const waiting = new Waiting()
  assert.equal(waiting.forHandler(1000, false), 0)
  assert.equal(waiting.forHandler(1500, false), 500)
  assert.equal(waiting.forHandler(2000, true), 0)
  assert.equal(waiting.forHandler(2500, false), 0)
  assert.equal(waiting.forHandler(3000, false), 500)
})

it('counts the time of a client from the last byte it took, and only while bytes wait', () => {
  const waiting = new Waiting()
  const stream = new Writable({ write() {} })
  assert.equal(waiting.forClient(1000, stream, 0), 0)
  assert.equal(waiting.forClient(1500, stream, 0), 0)
  stream.write('never taken')
  assert.equal(waiting.forClient(2000, stream, 0), 500)
  assert.equal(waiting.forClient(2500, stream, 7), 0)
  assert.equal(waiting.forClient(3000, stream, 7), 500)
})

it('counts for a client that has yet to take the end', () => {
  const waiting = new Waiting()
  const stream = new Writable({ final() {} })
  stream.end()
  assert.equal(waiting.forClient(1000, stream, 0), 0)
  assert.equal(waiting.forClient(1500, stream, 0), 500)
})
