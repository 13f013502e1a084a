import type { Registry } from 'prom-client';
import type { RateLimitStatus } from '../callers/rate-limit.js';
import type { SettingsStatus } from '../settings-source.js';
import { readMetrics } from './read-metrics.js';

/** What is read of the settings and the rate limit when the metrics are. */
export interface MeasuredEdge {
  settings(): SettingsStatus;
  rateLimit(): RateLimitStatus;
}

export function observeEdge(registry: Registry, { settings, rateLimit }: MeasuredEdge): void {
  const { gauge, counter } = readMetrics(registry);
  gauge('settings_generation', 'Changes of the settings since the start.', () => settings().generation);
  gauge('settings_last_reload_success', '1: what is configured is in force. 0: it was refused.', () =>
    Number(settings().lastError === undefined),
  );
  gauge(
    'settings_last_reload_timestamp_seconds',
    'Since when the settings are as they are.',
    () => settings().loadedAt.getTime() / 1000,
  );
  counter(
    'settings_reload_failures_total',
    'Settings that were refused since the start.',
    () => settings().failures,
  );
  counter('rate_limit_allowed_total', 'Requests that the rate limit let pass.', () => rateLimit().allowed);
  counter('rate_limit_blocked_total', 'Requests that the rate limit refused.', () => rateLimit().limited);
  counter(
    'rate_limit_evicted_buckets_total',
    'Callers that the rate limit forgot because there were too many.',
    () => rateLimit().evicted,
  );
  gauge('rate_limit_shared', '1: control planes count requests together. 0: each for itself.', () =>
    Number(rateLimit().shared),
  );
  gauge(
    'rate_limit_active_buckets',
    'Callers that the rate limit remembers.',
    () => rateLimit().activeBuckets,
  );
}
