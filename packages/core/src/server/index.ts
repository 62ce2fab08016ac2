export type { Address, Backend, Handle, Listener, ListenOptions } from './backend.ts'
export { defaultLimits, type Limits } from './limits.ts'
export { defaultTimeouts, type Timeouts } from './timeouts.ts'
