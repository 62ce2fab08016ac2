import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseProxyHeader } from './proxy-protocol.ts'

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

function binary(command: number, family: number, payload: Buffer): Buffer {
  const head = Buffer.from([command, family, payload.length >> 8, payload.length & 255])
  return Buffer.concat([signature, head, payload])
}

const ipv4 = binary(0x21, 0x11, Buffer.from([192, 0, 2, 1, 10, 0, 0, 1, 0x1f, 0x90, 0, 80]))
const ipv6 = binary(
  0x21,
  0x21,
  Buffer.concat([
    Buffer.from('20010db8000000000000000000000007', 'hex'),
    Buffer.alloc(16),
    Buffer.from([0x12, 0x67, 0, 80]),
    Buffer.from([0x04, 0, 1, 0]), // an extension, ignored
  ]),
)

const sound: [string, Buffer, string | undefined, number | undefined][] = [
  ['version 1, IPv4', Buffer.from('PROXY TCP4 192.0.2.1 10.0.0.1 8080 80\r\n'), '192.0.2.1', 8080],
  ['version 1, IPv6', Buffer.from('PROXY TCP6 2001:db8::7 ::1 4711 80\r\n'), '2001:db8::7', 4711],
  ['version 1, unknown', Buffer.from('PROXY UNKNOWN what ever\r\n'), undefined, undefined],
  ['version 2, IPv4', ipv4, '192.0.2.1', 8080],
  ['version 2, IPv6', ipv6, '2001:db8::7', 4711],
  ['version 2, LOCAL', binary(0x20, 0, Buffer.alloc(0)), undefined, undefined],
  ['version 2, Unix sockets', binary(0x21, 0x31, Buffer.alloc(216)), undefined, undefined],
]

describe('parseProxyHeader', () => {
  for (const [name, header, remoteAddress, remotePort] of sound) {
    it(`reads ${name}, however it is split`, () => {
      const bytes = Buffer.concat([header, Buffer.from('GET / HTTP/1.1\r\n')])
      assert.deepEqual(parseProxyHeader(bytes), {
        client: { remoteAddress, remotePort },
        length: header.length,
      })
      for (let end = 0; end < header.length; end++) {
        assert.equal(parseProxyHeader(bytes.subarray(0, end)), undefined, `at ${end}`)
      }
    })
  }

  const broken: [string, Buffer][] = [
    ['a request', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a family that is none', Buffer.from('PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n')],
    ['an address of the other family', Buffer.from('PROXY TCP4 ::1 ::1 1 1\r\n')],
    ['a port that is none', Buffer.from('PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n')],
    ['something behind the ports', Buffer.from('PROXY TCP4 1.1.1.1 1.1.1.1 1 1 x\r\n')],
    ['a line without end', Buffer.from(`PROXY UNKNOWN ${'x'.repeat(200)}`)],
    ['a version that is none', binary(0x31, 0x11, Buffer.alloc(12))],
    ['addresses that are cut off', binary(0x21, 0x11, Buffer.alloc(4))],
    ['endless extensions', binary(0x21, 0x11, Buffer.alloc(4000))],
  ]
  for (const [name, bytes] of broken) {
    it(`refuses ${name}`, () => {
      assert.throws(() => parseProxyHeader(bytes), { code: 'ZZZ_PROXY_HEADER' })
    })
  }
})
