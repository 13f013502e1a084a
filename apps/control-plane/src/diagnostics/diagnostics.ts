import type { components } from '@stacyvm/api';
import type { Settings } from '@stacyvm/config';
import { formatDuration } from '@stacyvm/duration';
import type { Fleet, SpawnQueueStats } from '@stacyvm/orchestrator';
import type { Store } from '@stacyvm/store';
import type { RateLimit, RateLimitStatus } from '../callers/rate-limit.js';
import type { SettingsReload } from '../settings-reload.js';
import type { SettingsProblem, SettingsSource } from '../settings-source.js';
import { auditJson, type DiagnosedAudit } from './audit-summary.js';
import { readFleet } from './fleet-summary.js';
import { type DiagnosedTls, tlsJson } from './tls-summary.js';

type Schemas = components['schemas'];

export interface DiagnosticsState {
  readonly store: Pick<Store, 'ping' | 'workers' | 'sandboxes'>;
  /** How many sandboxes there are in each state. */
  readonly sandboxesByState: () => Promise<ReadonlyMap<string, number>>;
  readonly orchestrator: {
    readonly spawnQueue: { stats(): SpawnQueueStats };
    readonly fleet: Pick<Fleet, 'isStale'>;
  };
  readonly rateLimit: Pick<RateLimit, 'status'>;
  readonly settings: Pick<SettingsReload, 'current' | 'restartRequired'>;
  readonly settingsSource: SettingsSource;
  readonly tls: DiagnosedTls;
  readonly auditing: DiagnosedAudit;
  readonly version: string;
  readonly startedAt: Date;
  readonly clock: () => Date;
}

const STORE_TIMEOUT_MS = 2_000;

/** What is left out everywhere in the answer. */
const REDACTIONS = ['credentials', 'database_address', 'environment', 'setting_values'];

/** How this control plane is. While the database is away, what it would tell is empty and says so by `error`. */
export async function diagnose(state: DiagnosticsState): Promise<Schemas['Diagnostics']> {
  const { clock, startedAt, version } = state;
  const store = await storeHealth(state.store);
  const fleet = await readFleet({ ...state, isStale: state.orchestrator.fleet.isStale }, store.healthy);
  return {
    generated_at: clock().toISOString(),
    build: { version, node: process.version, platform: process.platform, arch: process.arch },
    process: {
      started_at: startedAt.toISOString(),
      uptime: formatDuration(Math.floor((clock().getTime() - startedAt.getTime()) / 1000) * 1000),
      memory: memory(),
    },
    store,
    limits: limitsOf(state.settings.current()),
    scheduler: schedulerJson(state.orchestrator.spawnQueue.stats()),
    rate_limit: rateLimitJson(state.rateLimit.status()),
    ...fleet,
    settings: settingsJson(state),
    tls: tlsJson(state.tls),
    audit: await auditJson(state.auditing),
    redactions: REDACTIONS,
  };
}

async function storeHealth(store: Pick<Store, 'ping'>): Promise<Schemas['Diagnostics']['store']> {
  const started = performance.now();
  const latency = () => Math.round((performance.now() - started) * 100) / 100;
  try {
    await store.ping({ timeoutMs: STORE_TIMEOUT_MS });
    return { healthy: true, latency_ms: latency() };
  } catch {
    // What the database says names hosts and users.
    return { healthy: false, latency_ms: latency(), error: 'database_unavailable' };
  }
}

function memory(): Schemas['Diagnostics']['process']['memory'] {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  return {
    rss_bytes: rss,
    heap_total_bytes: heapTotal,
    heap_used_bytes: heapUsed,
    external_bytes: external,
  };
}

function limitsOf(settings: Settings): Schemas['Diagnostics']['limits'] {
  return {
    max_sandboxes: settings['defaults.max_sandboxes'],
    max_sandboxes_per_owner: settings['defaults.max_sandboxes_per_owner'],
    max_ttl: formatDuration(settings['defaults.max_ttl']),
    default_exec_timeout: formatDuration(settings['defaults.default_exec_timeout']),
    max_exec_timeout: formatDuration(settings['defaults.max_exec_timeout']),
    spawn_overflow: settings['defaults.spawn_overflow'],
    spawn_queue_timeout: formatDuration(settings['defaults.spawn_queue_timeout']),
    max_spawn_queue: settings['defaults.max_spawn_queue'],
  };
}

function schedulerJson(stats: SpawnQueueStats): Schemas['Diagnostics']['scheduler'] {
  return {
    spawn_queue_depth: stats.depth,
    spawn_queue_capacity: stats.capacity,
    spawn_queued_total: stats.queuedTotal,
    spawn_dequeued_total: stats.dequeuedTotal,
    spawn_queue_timeouts_total: stats.timeoutsTotal,
    spawn_queue_abandoned_total: stats.abandonedTotal,
    spawn_queue_full_total: stats.fullTotal,
    spawn_queue_wait_ms_total: Math.round(stats.waitMsTotal),
    spawn_queue_wait_ms_max: Math.round(stats.waitMsMax),
  };
}

function rateLimitJson(status: RateLimitStatus): Schemas['Diagnostics']['rate_limit'] {
  return {
    enabled: status.enabled,
    requests_per_minute: status.requestsPerMinute,
    burst: status.burst,
    key_by: status.keyBy,
    active_buckets: status.activeBuckets,
    max_buckets: status.maxBuckets,
    shared: status.shared,
    allowed_total: status.allowed,
    limited_total: status.limited,
    evicted_total: status.evicted,
  };
}

function settingsJson({ settings, settingsSource }: DiagnosticsState): Schemas['Diagnostics']['settings'] {
  const { generation, loadedAt, lastError } = settingsSource.status();
  return {
    ...(settingsSource.configFile === undefined ? {} : { config_file: settingsSource.configFile }),
    generation,
    loaded_at: loadedAt.toISOString(),
    ...(lastError === undefined
      ? {}
      : { last_error: { at: lastError.at.toISOString(), problems: lastError.problems.map(problemJson) } }),
    restart_required: [...settings.restartRequired()],
    warnings: settingsSource.warnings().map(problemJson),
  };
}

function problemJson({ key, message, origin }: SettingsProblem): Schemas['SettingsProblem'] {
  return { key, message, origin };
}
