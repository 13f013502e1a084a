import type { Page, SandboxFilter, SandboxRecord, Store } from '@stacyvm/store';
import { createExecInSandbox, type ExecInSandbox } from './exec-in-sandbox.js';
import type { ExecLimits } from './exec-request.js';
import { createExtendSandbox, type ExtendSandbox } from './extend-sandbox.js';
import { createFilesInSandbox, type FileContext, type FilesInSandbox } from './files-in-sandbox.js';
import type { Clock, Logger } from './host.js';
import { createLiveSandbox, sandboxNotFound, targetOf } from './live-sandbox.js';
import type { Quotas } from './quotas.js';
import type { SandboxRemover } from './remove-sandbox.js';
import type { SpawnSandbox } from './spawn-sandbox.js';
import { reachedSandboxes, type TenantReach, tenantOf } from './tenant-reach.js';
import type { WorkerClients } from './worker-clients.js';
import { fromWorkerFailure } from './worker-failure.js';

/** What can be done with the sandboxes within a reach; the others are not found. */
export interface Sandboxes {
  readonly exec: ExecInSandbox;
  readonly files: FilesInSandbox;
  /** What it makes belongs to the tenant whose reach it is. */
  readonly spawn: SpawnSandbox;
  readonly extend: ExtendSandbox;
  /** A sandbox that is not destroyed. */
  get(id: string): Promise<SandboxRecord>;
  list(filter: Omit<SandboxFilter, 'tenantId'>): Promise<Page<SandboxRecord>>;
  /** Returns when nothing of the sandbox is left on its worker. Repeating it is no error. */
  destroy(id: string): Promise<void>;
  /** The last lines that programs in the sandbox wrote. */
  logs(id: string, lines: number, context?: FileContext): Promise<readonly string[]>;
}

export interface SandboxesWithinOptions {
  readonly store: Store;
  readonly clients: WorkerClients;
  readonly remover: SandboxRemover;
  readonly spawn: SpawnSandbox;
  readonly execLimits: ExecLimits;
  readonly quotas: Quotas;
  readonly leaseTtlMs: number | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Nothing but closures, so that every request may have its own. */
export function sandboxesWithin(reach: TenantReach, options: SandboxesWithinOptions): Sandboxes {
  const { store, clients, remover, spawn, execLimits, quotas, leaseTtlMs, logger, clock } = options;
  const sandboxes = reachedSandboxes(store, reach);
  const live = createLiveSandbox({ store, clients, sandboxes, logger });

  return {
    exec: createExecInSandbox({ store, live, limits: execLimits, quotas, logger, clock }),
    files: createFilesInSandbox(live),
    extend: createExtendSandbox({ store, live, quotas, leaseTtlMs, logger, clock }),
    spawn: (request, signal, context) => spawn({ ...request, tenantId: tenantOf(reach) }, signal, context),

    async get(id) {
      const sandbox = await sandboxes.find(id);
      if (sandbox === undefined || sandbox.state === 'destroyed') throw sandboxNotFound(id);
      return sandbox;
    },

    list: (filter) => sandboxes.list(filter),

    async destroy(id) {
      const sandbox = await sandboxes.find(id);
      if (sandbox === undefined) throw sandboxNotFound(id);
      if (sandbox.state !== 'destroyed') await remover.remove(sandbox, 'requested');
    },

    async logs(id, lines, context = {}) {
      const { sandbox, client } = await live.require(id);
      try {
        return await client.logs({ ...targetOf(sandbox), lines }, context);
      } catch (error) {
        await live.suspectAfter(error, sandbox);
        throw fromWorkerFailure(error, sandbox.workerId, id);
      }
    },
  };
}
