import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type { PlainChannels, RefusalEvent, RequestEvent, TracingChannels } from './events.ts'

/** The tracing channel of a name, for its publisher. */
export function tracing<Name extends keyof TracingChannels>(
  name: Name,
): TracingChannel<TracingChannels[Name]> {
  return tracingChannel(name)
}

/** The plain channel of a name, for its publisher. */
export function plain<Name extends keyof PlainChannels>(name: Name): Channel<PlainChannels[Name]> {
  return channel(name)
}

/** Published by `app.handle`. */
export const requestChannel: TracingChannel<RequestEvent> = tracing('zzz:request')

/** Published by the servers. */
export const refusalChannel: Channel<RefusalEvent> = plain('zzz:refusal')
