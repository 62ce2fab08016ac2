import { createHash } from 'node:crypto'

/** A Lua script that Redis runs as one atomic step. */
export interface RedisScript {
  readonly text: string
  /** The name under which Redis knows it once it has run. */
  readonly sha1: string
}

/** Makes a script of its text; `KEYS` and `ARGV` are what `redis.run` hands over. */
export function redisScript(text: string): RedisScript {
  return { text, sha1: createHash('sha1').update(text).digest('hex') }
}
