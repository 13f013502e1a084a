import type { KeyStore } from '@stacyvm/auth';
import type { Logger } from '@stacyvm/logging';
import type { BackgroundWork } from '@stacyvm/orchestrator';
import type { ApiKeyRecord, Store } from '@stacyvm/store';
import { type BearerRevocations, loadBearerRevocations } from './bearer-revocations.js';
import { createKeyUses, type KeyUses } from './key-uses.js';

/** What the database knows of callers: their keys, and which of their tokens count no more. */
export interface People {
  readonly keyStore: KeyStore;
  readonly keyUses: KeyUses;
  readonly bearerRevocations: BearerRevocations;
  /** Begins to follow the revocations and to write down the uses of keys. */
  start(): {
    /** Reads the revocations now. */
    readonly bearerRevocations: Pick<BackgroundWork, 'runOnce'>;
    stop(): Promise<void>;
  };
}

export interface PeopleOptions {
  readonly store: Pick<Store, 'apiKeys' | 'principalRevocations'>;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** @throws StoreError when it is not known what is revoked */
export async function openPeople(options: PeopleOptions): Promise<People> {
  const { store, logger } = options;
  const keyUses = createKeyUses(options);
  const bearerRevocations = await loadBearerRevocations(options);
  return {
    keyStore: {
      async findApiKey(hash) {
        const record = await store.apiKeys.findByHash(hash);
        return record === undefined ? undefined : storedKeyOf(record);
      },
      findApiKeysById: async (ids) => (await store.apiKeys.getMany(ids)).map(storedKeyOf),
    },
    keyUses,
    bearerRevocations,
    start() {
      const following = bearerRevocations.start();
      const recording = keyUses.start();
      return {
        bearerRevocations: following,
        async stop() {
          await Promise.all([following.stop(), recording.stop()]);
          await keyUses.flush().catch((error: unknown) => {
            logger.warn('the last uses of API keys are not recorded', { error });
          });
        },
      };
    },
  };
}

function storedKeyOf({ id, tenantId, role, name, expiresAt, revokedAt }: ApiKeyRecord) {
  return { id, tenant: tenantId ?? undefined, role, name, expiresAt, revokedAt };
}
