/** The gauges that `prom-client` names like counters, which Prometheus complains of; others tell the same. */
const misnamed = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
]

/** Processor time, memory, file descriptors, event-loop delay and garbage collection of this process. */
export function collectProcessMetrics(
  client: typeof import('prom-client'),
  registry: import('prom-client').Registry,
  prefix: string,
): void {
  client.collectDefaultMetrics({ register: registry, prefix })
  for (const name of misnamed) registry.removeSingleMetric(prefix + name)
}
