import { type SandboxRecord, type Store, StoreError, type TenantRemains } from '@stacyvm/store';
import { OrchestratorError } from './errors.js';
import type { Logger } from './host.js';
import type { SandboxRemover } from './remove-sandbox.js';

/** How many sandboxes are destroyed at once. */
const CONCURRENCY = 8;

/** Deletes tenants. */
export interface TenantRemoval {
  /**
   * Deletes a tenant that nothing belongs to any more. With `cascade` its sandboxes are destroyed first, and its members,
   * keys and policies go with it; until the last sandbox is gone nothing else is removed, so that it can be repeated.
   *
   * @returns what went with it
   * @throws OrchestratorError `tenant_not_found`, `tenant_in_use`, or why a sandbox could not be destroyed
   */
  remove(id: string, options: { readonly cascade: boolean }): Promise<TenantRemains>;
}

export function createTenantRemoval({
  store,
  remover,
  logger,
}: {
  readonly store: Pick<Store, 'tenants' | 'forTenant'>;
  readonly remover: Pick<SandboxRemover, 'remove'>;
  readonly logger: Logger;
}): TenantRemoval {
  return {
    async remove(id, { cascade }) {
      const removed = cascade ? await withItsSandboxes(id) : await finish(id, false);
      logger.info('tenant deleted', { tenant_id: id, ...removed });
      return removed;
    },
  };

  async function withItsSandboxes(id: string): Promise<TenantRemains> {
    const before = await found(id, store.tenants.setState(id, 'deleting'));
    try {
      const destroyed = await destroySandboxes(id);
      return { ...(await finish(id, true)), sandboxes: destroyed };
    } catch (error) {
      // Another deletion that goes on all the same finds out by itself what has come in meanwhile.
      if (before === 'active') await reopen(id);
      throw error;
    }
  }

  async function destroySandboxes(id: string): Promise<number> {
    let destroyed = 0;
    for (;;) {
      const { items } = await store.forTenant(id).sandboxes.list({ limit: 1000 });
      if (items.length === 0) return destroyed;
      await destroyAll(items);
      destroyed += items.length;
    }
  }

  /** All are tried, whatever becomes of one of them. */
  async function destroyAll(sandboxes: readonly SandboxRecord[]): Promise<void> {
    const left = [...sandboxes];
    const failures: unknown[] = [];
    const destroyNext = async (): Promise<void> => {
      for (let sandbox = left.pop(); sandbox !== undefined; sandbox = left.pop()) {
        await remover.remove(sandbox, 'tenant_deleted').catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, destroyNext));
    if (failures.length > 0) throw failures[0];
  }

  async function finish(id: string, cascade: boolean): Promise<TenantRemains> {
    const deletion = await found(id, store.tenants.delete(id, { cascade }));
    if (deletion.deleted) return deletion.removed;
    throw new OrchestratorError('tenant_in_use', inUseMessage(id, deletion.remains));
  }

  async function reopen(id: string): Promise<void> {
    try {
      await store.tenants.setState(id, 'active');
    } catch (error) {
      logger.warn('a tenant is left in deletion; repeat it', { tenant_id: id, error });
    }
  }
}

async function found<T>(id: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not_found') {
      throw new OrchestratorError('tenant_not_found', `tenant not found: ${id}`, { cause: error });
    }
    throw error;
  }
}

function inUseMessage(id: string, remains: TenantRemains): string {
  const { members, keys, policies, sandboxes } = remains;
  return `tenant ${id} still has ${members} members, ${keys} keys, ${policies} policies and ${sandboxes} sandboxes; cascade=true removes them`;
}
