import type { Store, TenantMemberRecord } from '@stacyvm/store';

/**
 * What requests need to know of tenants, at most this long after it was true: what is changed anywhere holds everywhere within two
 * seconds, also for calls that an old answer has let in, once they are looked at again.
 */
const MAX_AGE_MS = 1_000;

/** Beyond it what is known is forgotten at once: whoever asks with ever new names must not fill the memory. */
const MAX_KNOWN = 10_000;

/** Which tenants there are and who belongs to them, as far as requests have asked lately. */
export interface TenantDirectory {
  /** @throws StoreError `unavailable`: then nobody acts for a tenant */
  exists(tenantId: string): Promise<boolean>;
  /** @throws StoreError `unavailable` */
  membershipsOf(userId: string): Promise<readonly TenantMemberRecord[]>;
  /** To be called when `TENANTS_CHANNEL` gave a hint. */
  forget(): void;
}

export function createTenantDirectory(
  store: Pick<Store, 'tenants' | 'tenantMembers'>,
  now: () => number = () => performance.now(),
): TenantDirectory {
  const tenants = recently(async (id: string) => (await store.tenants.get(id)) !== undefined, now);
  const memberships = recently((userId: string) => store.tenantMembers.ofUser(userId), now);
  return {
    exists: tenants.of,
    membershipsOf: memberships.of,
    forget() {
      tenants.forget();
      memberships.forget();
    },
  };
}

/** Asks once for all who want to know the same at the same time, and not again for a while. A failure is not kept. */
function recently<T>(ask: (key: string) => Promise<T>, now: () => number) {
  const known = new Map<string, { readonly since: number; readonly answer: Promise<T> }>();
  return {
    of(key: string): Promise<T> {
      const found = known.get(key);
      if (found !== undefined && now() - found.since < MAX_AGE_MS) return found.answer;
      if (known.size >= MAX_KNOWN) known.clear();
      const entry = { since: now(), answer: ask(key) };
      known.set(key, entry);
      entry.answer.catch(() => {
        if (known.get(key) === entry) known.delete(key);
      });
      return entry.answer;
    },
    forget: () => known.clear(),
  };
}
