import type { Settings } from '@stacyvm/config';
import type { Logger } from '@stacyvm/logging';
import type { OrchestratorOptions } from '@stacyvm/orchestrator';
import type { StoreOptions } from '@stacyvm/store';

export function storeOptions(settings: Settings, logger: Logger): StoreOptions {
  const dsn = settings['database.dsn'];
  return settings['database.driver'] === 'postgres' && dsn !== undefined
    ? { driver: 'postgres', dsn: dsn.reveal(), logger }
    : { driver: 'embedded', path: settings['database.path'], logger };
}

export function orchestratorLimits(
  settings: Settings,
): Pick<
  OrchestratorOptions,
  | 'defaults'
  | 'execLimits'
  | 'maxSandboxes'
  | 'maxSandboxesPerOwner'
  | 'spawnQueue'
  | 'maxConcurrentCalls'
  | 'leaseTtlMs'
  | 'spawnTimeoutMs'
  | 'reapIntervalMs'
  | 'reconcileIntervalMs'
> {
  return {
    defaults: {
      image: settings['defaults.image'],
      provider: settings['providers.default'],
      memoryMb: settings['defaults.memory_mb'],
      vcpus: settings['defaults.vcpus'],
      ttlMs: settings['defaults.ttl'],
      maxTtlMs: settings['defaults.max_ttl'],
    },
    execLimits: {
      defaultTimeoutMs: settings['defaults.default_exec_timeout'],
      maxTimeoutMs: settings['defaults.max_exec_timeout'],
    },
    maxSandboxes: settings['defaults.max_sandboxes'],
    maxSandboxesPerOwner: settings['defaults.max_sandboxes_per_owner'],
    spawnQueue:
      settings['defaults.spawn_overflow'] === 'queue'
        ? {
            maxWaiting: settings['defaults.max_spawn_queue'],
            timeoutMs: settings['defaults.spawn_queue_timeout'],
          }
        : undefined,
    maxConcurrentCalls: settings['worker_rpc.max_concurrent_calls'],
    leaseTtlMs: settings['orchestrator.lease_ttl'],
    spawnTimeoutMs: settings['orchestrator.spawn_timeout'],
    reapIntervalMs: settings['orchestrator.reap_interval'],
    reconcileIntervalMs: settings['orchestrator.reconcile_interval'],
  };
}
