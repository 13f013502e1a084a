import type { WorkerRecord } from '@stacyvm/store';
import { deriveWorkerKey } from '@stacyvm/token';
import type { RpcCredential } from '@stacyvm/worker-rpc';
import type { WorkerCredentials } from '../src/index.js';
import { MASTER_KEY, SHARED_TOKEN } from './fake-worker.js';

/** What a host would decide about credentials, to be changed by a test. */
export interface WorkerKeys extends WorkerCredentials {
  /** The master keys, the active one first. */
  keys: readonly string[];
  readonly revoked: Set<string>;
}

/** Each worker is answered in the form that it showed, and with its own key unless it showed the master's. */
export function workerKeys(...keys: readonly string[]): WorkerKeys {
  const revoked = new Set<string>();
  return {
    keys: keys.length === 0 ? [MASTER_KEY] : keys,
    revoked,
    isRevoked: ({ id }) => revoked.has(id),
    rpcCredential({ id, credential }: WorkerRecord): RpcCredential | undefined {
      if (credential?.form === 'static') return { kind: 'static', token: SHARED_TOKEN };
      const [key, ...fallbackKeys] = this.keys.map((master) =>
        credential?.keyRole === 'active' ? master : deriveWorkerKey(master, id),
      );
      return key === undefined ? undefined : { kind: 'signed', key, fallbackKeys };
    },
  };
}
