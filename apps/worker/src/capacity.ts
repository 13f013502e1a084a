import type { Settings } from '@stacyvm/config';
import type { WorkerCapacity } from '@stacyvm/worker-rpc';

/** What the worker takes and what it is, as its heartbeats say it; what is not limited is left out. */
export function capacityOf(
  settings: Pick<Settings, 'worker.max_sandboxes' | 'worker.memory_mb' | 'worker.vcpus' | 'worker.labels'>,
): WorkerCapacity {
  const memoryMb = settings['worker.memory_mb'];
  const vcpus = settings['worker.vcpus'];
  const labels = settings['worker.labels'];
  return {
    max_sandboxes: settings['worker.max_sandboxes'],
    ...(memoryMb === 0 ? {} : { memory_mb: memoryMb }),
    ...(vcpus === 0 ? {} : { vcpus }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
