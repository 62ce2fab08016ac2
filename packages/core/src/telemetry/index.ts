export type {
  CacheEvent,
  JobEvent,
  MailEvent,
  PlainChannels,
  QueryEvent,
  RefusalEvent,
  RefusalReason,
  RequestEvent,
  SocketEvent,
  TracedEvent,
  TracingChannels,
} from './events.ts'
export { type Gauge, gauges } from './gauges.ts'
export { type ChannelHandlers, type ChannelName, subscribe, type TracingHandlers } from './subscribe.ts'
