import type { BackgroundWork, Orchestrator } from '@stacyvm/orchestrator';
import {
  PRINCIPAL_REVOCATIONS_CHANNEL,
  REVOCATIONS_CHANNEL,
  SANDBOX_EVENTS_CHANNEL,
  type Store,
  type Subscription,
  TENANTS_CHANNEL,
  WORKERS_CHANNEL,
} from '@stacyvm/store';
import type { OpenCalls } from './callers/open-calls.js';
import type { TenantDirectory } from './callers/tenant-directory.js';
import type { EventWakeup } from './events/event-wakeup.js';

export interface DatabaseHintsOptions {
  readonly store: Pick<Store, 'subscribe'>;
  readonly orchestrator: Pick<Orchestrator, 'workersChanged'>;
  /** Reads the revocations. */
  readonly revocations: Pick<BackgroundWork, 'runOnce'>;
  readonly tenantDirectory: Pick<TenantDirectory, 'forget'>;
  readonly openCalls: Pick<OpenCalls, 'lookNow'>;
  /** Reads the revocations of bearer tokens. */
  readonly bearerRevocations: Pick<BackgroundWork, 'runOnce'>;
  readonly events: Pick<EventWakeup, 'hint'>;
  /** For metrics. */
  readonly onHint: (channel: string) => void;
}

/**
 * What another control plane has changed is looked at when the database says so, instead of with the next poll. Nothing
 * depends on it: who polls finds out a little later.
 */
export function followDatabaseHints(options: DatabaseHintsOptions): Subscription {
  const { store, orchestrator, revocations, bearerRevocations, tenantDirectory, openCalls, events, onHint } =
    options;
  const followers: Readonly<Record<string, () => void>> = {
    [REVOCATIONS_CHANNEL]: () => void revocations.runOnce(),
    [PRINCIPAL_REVOCATIONS_CHANNEL]: () => void bearerRevocations.runOnce(),
    [WORKERS_CHANNEL]: () => orchestrator.workersChanged(),
    [TENANTS_CHANNEL]() {
      tenantDirectory.forget();
      openCalls.lookNow();
    },
    [SANDBOX_EVENTS_CHANNEL]: () => events.hint(),
  };
  return store.subscribe({
    channels: Object.keys(followers),
    onHint(channel) {
      onHint(channel);
      followers[channel]?.();
    },
  });
}
