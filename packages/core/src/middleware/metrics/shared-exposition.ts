import { gatherFromWorkers } from '../../pubsub/gather.ts'

type Snapshot = Awaited<ReturnType<import('prom-client').Registry['getMetricsAsJSON']>>

/** About how long a sample is on its way to another process. */
const sampleBytes = 256

/** Registries in the order they were made, which is the same in every worker of a program. */
let count = 0

/**
 * What a registry shows, with the numbers of all workers put together: sums, except where a metric says that its average
 * or its first value is what makes sense.
 */
export function sharedExposition(
  client: typeof import('prom-client'),
  registry: import('prom-client').Registry,
): () => Promise<string> {
  const gather = gatherFromWorkers(`metrics ${++count}`, async () => {
    const value = await registry.getMetricsAsJSON()
    return { value, bytes: value.reduce((sum, { values }) => sum + values.length * sampleBytes, 0) }
  })
  return async () => {
    const snapshots = await gather()
    return snapshots.length === 1 ? registry.metrics() : aggregate(client, snapshots)
  }
}

async function aggregate(
  client: typeof import('prom-client'),
  snapshots: readonly Snapshot[],
): Promise<string> {
  return client.AggregatorRegistry.aggregate([...snapshots]).metrics()
}
