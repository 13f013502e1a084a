import type { Store } from '@stacyvm/store';
import { Gauge, type Registry } from 'prom-client';
import { createRecentCount } from './recent-count.js';

const NONE = { total: 0, withMaxSandboxes: 0, withMaxTtl: 0, withMaxExecTimeout: 0, tenants: 0 };

/** The names are those of the reference where it has them. Owners and tenants are not named: there may be any number. */
export function observeQuotas(registry: Registry, store: Pick<Store, 'quotas'>, clock: () => Date): void {
  const registers = [registry];
  const counted = createRecentCount(NONE, () => store.quotas.summaryOfAll(), clock);
  new Gauge({
    name: 'stacyvm_owner_quotas_total',
    help: 'Owners with a quota, over all tenants.',
    registers,
    async collect() {
      this.set((await counted()).total);
    },
  });
  new Gauge({
    name: 'stacyvm_owner_quota_overrides_total',
    help: 'Quotas of owners, by what they limit.',
    labelNames: ['type'],
    registers,
    async collect() {
      const { withMaxSandboxes, withMaxTtl, withMaxExecTimeout } = await counted();
      this.set({ type: 'max_sandboxes' }, withMaxSandboxes);
      this.set({ type: 'max_ttl' }, withMaxTtl);
      this.set({ type: 'max_exec_timeout' }, withMaxExecTimeout);
    },
  });
  new Gauge({
    name: 'stacyvm_tenant_quotas_total',
    help: 'Tenants with a quota of their own.',
    registers,
    async collect() {
      this.set((await counted()).tenants);
    },
  });
}
