import assert from 'node:assert/strict'
import { it } from 'node:test'
import { bits, explicit, implicit, integer, objectId, octets, sequence, time, tlv, utf8, yes } from './der.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

it('writes lengths in the short and in the long form', () => {
  assert.equal(hex(tlv(4, Buffer.alloc(127))).slice(0, 4), '047f')
  assert.equal(hex(tlv(4, Buffer.alloc(128))).slice(0, 6), '048180')
  assert.equal(hex(tlv(4, Buffer.alloc(300))).slice(0, 8), '0482012c')
})

it('writes integers in as few bytes as possible, never negative', () => {
  assert.equal(hex(integer(Buffer.from([0]))), '020100')
  assert.equal(hex(integer(Buffer.from([0, 0, 5]))), '020105')
  assert.equal(hex(integer(Buffer.from([0x80]))), '02020080')
})

it('writes object identifiers in groups of seven bits', () => {
  assert.equal(hex(objectId('2.5.29.17')), '0603551d11')
  assert.equal(hex(objectId('1.2.840.10045.4.3.2')), '06082a8648ce3d040302')
})

it('writes the other types that a certificate has', () => {
  assert.equal(hex(sequence(yes, utf8('é'))), '3007' + '0101ff' + '0c02c3a9')
  assert.equal(hex(octets(bits(Buffer.from([0x80]), 7))), '0404' + '03020780')
  assert.equal(hex(explicit(3, yes)), 'a303' + '0101ff')
  assert.equal(hex(implicit(2, Buffer.from('a'))), '820161')
})

it('writes times to the second, by their century', () => {
  assert.equal(String(time(new Date('2049-01-02T03:04:05.678Z')).subarray(2)), '490102030405Z')
  assert.equal(String(time(new Date('2050-01-02T03:04:05Z')).subarray(2)), '20500102030405Z')
})
