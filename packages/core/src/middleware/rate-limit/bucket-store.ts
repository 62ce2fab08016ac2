/** A bucket of tokens: `tokens` fit in, and an empty one is full again after `window` milliseconds, evenly. */
export interface Bucket {
  readonly tokens: number
  readonly window: number
}

/** What a bucket answered. */
export interface Taken {
  /** Whether there were enough tokens; if not, none was taken. */
  readonly allowed: boolean
  /** Whole tokens that are left. */
  readonly remaining: number
  /** Milliseconds until there are enough; 0 when there were. */
  readonly retryAfter: number
  /** Milliseconds until the bucket is full. */
  readonly fullAfter: number
}

/**
 * Keeps buckets by key; one that nobody has touched is full. Taking is one atomic step, however many processes do it at
 * once. Rejects when the store cannot be reached. Keys are texts of at most 200 characters, `cost` is a whole number up to
 * the bucket's tokens; one below 0 gives tokens back, which makes no bucket more than full.
 */
export interface BucketStore {
  take(key: string, bucket: Bucket, cost: number): Promise<Taken>
}

/**
 * What is missing in a bucket, counted in tokens times milliseconds of its window, so that whole numbers stay whole: a
 * token is `window` of them, and each millisecond fills in `tokens`.
 */
export type Debt = number

/** The debt of a bucket after some milliseconds. */
export function debtAfter(debt: Debt, { tokens }: Bucket, elapsed: number): Debt {
  // A clock that was set back takes nothing away.
  return Math.max(0, debt - Math.max(0, elapsed) * tokens)
}

/** What there is to say of a bucket with this debt, after `cost` was taken from it or was too much. */
export function describeTaken(allowed: boolean, debt: Debt, { tokens, window }: Bucket, cost: number): Taken {
  const room = tokens * window
  return {
    allowed,
    remaining: Math.floor((room - debt) / window),
    retryAfter: allowed ? 0 : Math.ceil((debt + cost * window - room) / tokens),
    fullAfter: Math.ceil(debt / tokens),
  }
}
