import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forwardedHops, type ProxyHeaders } from './forwarded.ts'
import { HeaderList } from './header-list.ts'

const both = (family: ProxyHeaders, ...pairs: [string, string][]) =>
  forwardedHops(HeaderList.from(pairs), family)
const hops = (...pairs: [string, string][]) => both('x-forwarded', ...pairs)

describe('forwardedHops', () => {
  it('reads Forwarded as RFC 7239 writes it', () => {
    assert.deepEqual(
      both(
        'forwarded',
        ['forwarded', 'For="[2001:db8:cafe::17]:4711";Proto=HTTPS;host="a,b;\\"c", for=192.0.2.43:80'],
        ['forwarded', 'for=unknown;by=_secret'],
      ),
      [
        { address: '2001:db8:cafe::17', proto: 'https', host: 'a,b;"c' },
        { address: '192.0.2.43', proto: undefined, host: undefined },
        { address: undefined, proto: undefined, host: undefined },
      ],
    )
  })

  it('lines X-Forwarded-* up from the right', () => {
    assert.deepEqual(hops(['x-forwarded-for', '1.1.1.1, 10.0.0.2'], ['x-forwarded-proto', 'https']), [
      { address: '1.1.1.1', proto: undefined, host: undefined },
      { address: '10.0.0.2', proto: 'https', host: undefined },
    ])
  })

  it('reads one family only, and gives nothing for nothing', () => {
    const forged: [string, string][] = [
      ['forwarded', 'for=1.1.1.1'],
      ['x-forwarded-for', '2.2.2.2'],
    ]
    assert.deepEqual(both('forwarded', ...forged), [
      { address: '1.1.1.1', proto: undefined, host: undefined },
    ])
    assert.deepEqual(hops(...forged), [{ address: '2.2.2.2', proto: undefined, host: undefined }])
    assert.deepEqual([hops(), both('forwarded')], [[], []])
  })
})
