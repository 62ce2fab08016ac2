/** Who observes a request, in the order of the table; the first one is the base. */
export const variantNames = [
  'nobody, and not asked for',
  'nobody',
  'a subscriber of zzz:request',
  'requestId',
  'traceContext',
  'logger',
  'structuredLogger',
  'metrics',
  'openTelemetry, no SDK',
] as const

/** One of them. */
export type VariantName = (typeof variantNames)[number]
