import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseTraceparent, soundTracestate, traceContext } from './trace-context.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'

describe('parseTraceparent', () => {
  it('reads version 00, and the known fields of later ones', () => {
    assert.deepEqual(parseTraceparent(`00-${traceId}-${parentId}-01`), { traceId, parentId, sampled: true })
    assert.equal(parseTraceparent(`00-${traceId}-${parentId}-00`)?.sampled, false)
    assert.equal(parseTraceparent(`00-${traceId}-${parentId}-fe`)?.sampled, false)
    assert.equal(parseTraceparent(`01-${traceId}-${parentId}-01`)?.traceId, traceId)
    assert.equal(parseTraceparent(`cc-${traceId}-${parentId}-01-what-the-future-will-be`)?.traceId, traceId)
  })

  it('refuses everything else', () => {
    const refused = [
      undefined,
      '',
      `ff-${traceId}-${parentId}-01`,
      `00-${traceId}-${parentId}-01-more`,
      `01-${traceId}-${parentId}-01.more`,
      `00-${traceId}-${parentId}-1`,
      `00-${traceId}-${parentId}`,
      `00-${'0'.repeat(32)}-${parentId}-01`,
      `00-${traceId}-${'0'.repeat(16)}-01`,
      `00-${traceId.toUpperCase()}-${parentId}-01`,
      `00-${traceId.slice(1)}-${parentId}-01`,
      `00-${traceId}-${parentId}-0g`,
      `.0-${traceId}-${parentId}-01`,
      ` 00-${traceId}-${parentId}-01`,
      `00-${traceId}-${parentId}-01\n`,
      // Two header lines, as HeaderList joins them.
      `00-${traceId}-${parentId}-01, 00-${traceId}-${parentId}-01`,
    ]
    for (const header of refused) assert.equal(parseTraceparent(header), undefined, String(header))
  })
})

describe('soundTracestate', () => {
  it('keeps what is a list of members, as it came', () => {
    const sound = [
      'a=1',
      'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
      'a=1 , b=2',
      'a=1,,b=2',
      '1t@sys=x',
      'a*/_-=!"#',
    ]
    for (const header of [...sound, '', `k=${'v'.repeat(256)}`]) assert.equal(soundTracestate(header), header)
  })

  it('drops what is not', () => {
    const many = Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(',')
    const broken = ['a', 'A=1', '1=1', 'a=b=c', 'a=', 'a=1;b', 'a=ü', 'a=x\ny', '@=1', `k=${'v'.repeat(257)}`]
    for (const header of [undefined, many, 'a= ', 'a@@b=1', ...broken.filter((one) => one !== 'a=1;b')])
      assert.equal(soundTracestate(header), undefined, String(header))
    assert.equal(soundTracestate(`a=${' '.repeat(100_000)}`), undefined)
  })
})

describe('traceContext', () => {
  it('goes on with the trace of the caller as a span of its own', () => {
    const context = traceContext({ traceId, parentId, sampled: true }, 'a=1')
    const { spanId, ...rest } = context
    assert.match(spanId, /^[\da-f]{16}$/)
    assert.notEqual(spanId, parentId)
    const traceparent = `00-${traceId}-${spanId}-01`
    assert.deepEqual(rest, { traceId, parentId, sampled: true, tracestate: 'a=1', traceparent })
    assert.ok(parseTraceparent(traceparent))
  })

  it('begins a trace where there is none', () => {
    const one = traceContext(undefined, 'a=1')
    assert.match(one.traceparent, /^00-[\da-f]{32}-[\da-f]{16}-00$/)
    assert.deepEqual([one.parentId, one.tracestate], [undefined, undefined])
    assert.notEqual(one.traceId, traceContext(undefined, undefined).traceId)
  })
})
