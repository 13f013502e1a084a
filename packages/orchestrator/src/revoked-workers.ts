import type { Store } from '@stacyvm/store';
import { allWorkers } from './all-workers.js';
import { type LiveSandbox, WORKER_REVOKED } from './live-sandbox.js';
import type { WorkerClients } from './worker-clients.js';
import type { WorkerCredentials } from './worker-credentials.js';
import { sandboxesOf } from './worker-sandboxes.js';

export interface RevocationEnforcerOptions {
  readonly store: Store;
  readonly clients: WorkerClients;
  readonly credentials: WorkerCredentials;
  readonly live: LiveSandbox;
}

/** Marks the sandboxes of revoked workers first, so that no ended call gives them another reason. */
export function revocationEnforcer({
  store,
  clients,
  credentials,
  live,
}: RevocationEnforcerOptions): () => Promise<void> {
  return async () => {
    try {
      for (const worker of await allWorkers(store)) {
        if (!credentials.isRevoked(worker)) continue;
        for (const sandbox of await sandboxesOf(store, worker.id)) {
          if (sandbox.state === 'running' || sandbox.state === 'idle') {
            await live.suspect(sandbox, WORKER_REVOKED);
          }
        }
      }
    } finally {
      // Even when the database is away.
      clients.closeRevoked();
    }
  };
}
