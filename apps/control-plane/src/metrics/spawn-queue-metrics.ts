import type { SpawnQueueStats } from '@stacyvm/orchestrator';
import type { Registry } from 'prom-client';
import { readMetrics } from './read-metrics.js';

/** The names are those of the reference where it has them. */
export function observeSpawnQueue(registry: Registry, stats: () => SpawnQueueStats): void {
  const { gauge, counter } = readMetrics(registry);
  gauge('spawn_queue_depth', 'Spawns that wait for a free place.', () => stats().depth);
  gauge('spawn_queue_capacity', 'Spawns that may wait; 0: none.', () => stats().capacity);
  counter('spawn_queue_enqueued_total', 'Spawns that had to wait.', () => stats().queuedTotal);
  counter(
    'spawn_queue_dequeued_total',
    'Spawns that got a place after waiting.',
    () => stats().dequeuedTotal,
  );
  counter('spawn_queue_timeout_total', 'Spawns that waited in vain.', () => stats().timeoutsTotal);
  counter('spawn_queue_abandoned_total', 'Spawns whose callers went away.', () => stats().abandonedTotal);
  counter(
    'spawn_queue_full_total',
    'Spawns that were refused because too many waited.',
    () => stats().fullTotal,
  );
  counter(
    'spawn_queue_wait_milliseconds_sum',
    'How long the spawns with a place have waited, together.',
    () => stats().waitMsTotal,
  );
  gauge('spawn_queue_wait_milliseconds_max', 'The longest of these waits.', () => stats().waitMsMax);
}
