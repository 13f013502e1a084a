import type { Page, SandboxFilter, SandboxRecord, Store } from '@stacyvm/store';

/**
 * Whose sandboxes somebody may know of. `tenant`: those of one tenant. `untenanted`: those that belong to no tenant.
 * `all`: everybody's, for the platform itself. What is out of reach is as if it were not there.
 */
export type TenantReach =
  | { readonly kind: 'all' }
  | { readonly kind: 'untenanted' }
  | { readonly kind: 'tenant'; readonly tenantId: string };

export const EVERYTHING: TenantReach = { kind: 'all' };

/** The sandboxes within a reach, as the store has them. */
export interface ReachedSandboxes {
  /** In any state, destroyed ones too. */
  find(id: string): Promise<SandboxRecord | undefined>;
  list(filter: Omit<SandboxFilter, 'tenantId'>): Promise<Page<SandboxRecord>>;
}

export function reachedSandboxes(
  store: Pick<Store, 'sandboxes' | 'forTenant'>,
  reach: TenantReach,
): ReachedSandboxes {
  switch (reach.kind) {
    case 'all':
      return { find: (id) => store.sandboxes.get(id), list: (filter) => store.sandboxes.list(filter) };
    case 'untenanted':
      return {
        async find(id) {
          const sandbox = await store.sandboxes.get(id);
          return sandbox?.tenantId === '' ? sandbox : undefined;
        },
        list: (filter) => store.sandboxes.list({ ...filter, tenantId: '' }),
      };
    case 'tenant': {
      const { sandboxes } = store.forTenant(reach.tenantId);
      return { find: sandboxes.get, list: sandboxes.list };
    }
  }
}

/** The tenant that what is made within the reach belongs to; '' for none. */
export function tenantOf(reach: TenantReach): string {
  return reach.kind === 'tenant' ? reach.tenantId : '';
}
