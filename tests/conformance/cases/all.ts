import type { Case } from '../case.ts'
import { chunks } from './chunks.ts'
import { contentLength } from './content-length.ts'
import { disconnects } from './disconnects.ts'
import { expectations } from './expect.ts'
import { headers } from './headers.ts'
import { host } from './host.ts'
import { limits } from './limits.ts'
import { persistence } from './persistence.ts'
import { pipelining } from './pipelining.ts'
import { replies } from './replies.ts'
import { requestLine } from './request-line.ts'
import { shutdown } from './shutdown.ts'
import { splits } from './splits.ts'
import { streaming } from './streaming.ts'
import { targets } from './targets.ts'
import { timeouts } from './timeouts.ts'
import { trailers } from './trailers.ts'
import { transferEncoding } from './transfer-encoding.ts'
import { upgrades } from './upgrades.ts'

/** The cases in which the connection itself matters: its pieces, its back-pressure, its end. */
export const connectionCases: readonly Case[] = [
  ...replies,
  ...streaming,
  ...persistence,
  ...pipelining,
  ...expectations,
  ...upgrades,
  ...limits,
  ...timeouts,
  ...disconnects,
  ...shutdown,
]

/** Every case, in the order of the RFC: what comes in, what goes out, how connections live and end. */
export const cases: readonly Case[] = [
  ...requestLine,
  ...targets,
  ...host,
  ...headers,
  ...contentLength,
  ...transferEncoding,
  ...chunks,
  ...trailers,
  ...splits,
  ...connectionCases,
]
