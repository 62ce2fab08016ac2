import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import type { PlainChannels, RefusalEvent, TracingChannels } from '@zzz/core/telemetry'

type Channels = TracingChannels & PlainChannels

/** Every channel with the fields of its event: the compiler refuses a name too many and a name too few. */
const channels: { readonly [Name in keyof Channels]: Readonly<Record<keyof Channels[Name], true>> } = {
  'zzz:request': {
    method: true,
    path: true,
    route: true,
    requestId: true,
    status: true,
    bytesSent: true,
    aborted: true,
    duration: true,
    error: true,
  },
  'zzz:refusal': { reason: true, status: true, remoteAddress: true, encrypted: true, error: true },
  'zzz:query': { database: true, text: true, rows: true, waited: true, duration: true, error: true },
  'zzz:job': { job: true, queue: true, id: true, attempt: true, outcome: true, duration: true, error: true },
  'zzz:mail': {
    mail: true,
    transport: true,
    recipients: true,
    messageId: true,
    duration: true,
    error: true,
  },
  'zzz:socket': {
    path: true,
    route: true,
    received: true,
    sent: true,
    closeCode: true,
    duration: true,
    error: true,
  },
  'zzz:cache': { cache: true, operation: true, key: true, hit: true, duration: true, error: true },
}

const reasons: Readonly<Record<RefusalEvent['reason'], true>> = {
  head: true,
  timeout: true,
  overload: true,
  handshake: true,
  proxy: true,
}

const page = readFileSync(join(import.meta.dirname, '../docs/telemetry.md'), 'utf8')

/** The rows of the table below a headline: the names in backticks of the first column, and of the last one. */
function rows(headline: string): [first: string, last: string[]][] {
  const section = page.split(`## ${headline}\n`)[1]?.split(/^## /m)[0] ?? ''
  const lines = section
    .trim()
    .split('\n\n')
    .find((part) => part.startsWith('|'))
  return (lines ?? '')
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => {
      const cells = line
        .split('|')
        .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''))
      return [cells[1]?.[0] ?? '', cells.at(-2) ?? []]
    })
}

it('docs/telemetry.md lists every channel with the fields of its events, and no other', () => {
  const documented = Object.fromEntries(rows('Channels').map(([name, fields]) => [name, fields.sort()]))
  const expected = Object.entries(channels).map(([name, fields]) => [name, Object.keys(fields).sort()])
  assert.deepEqual(documented, Object.fromEntries(expected))
})

it('docs/telemetry.md explains every reason of a refusal', () => {
  assert.deepEqual(
    rows('Refusals').map(([reason]) => reason),
    Object.keys(reasons),
  )
})
