import type { Selectable } from 'kysely';
import { StoreError } from './errors.js';
import { exactNumber } from './input-rules.js';
import type { WorkersTable } from './schema.js';
import { credentialFrom, type WorkerCredential } from './worker-credential.js';

export interface WorkerRecord {
  readonly id: string;
  readonly hostname: string;
  readonly status: string;
  readonly providers: readonly string[] | null;
  readonly capabilities: readonly string[] | null;
  readonly capacity: Readonly<Record<string, unknown>>;
  readonly rpcUrl: string;
  readonly instanceId: string;
  readonly credential: WorkerCredential | null;
  /** An operator wants no new sandboxes there. Neither this nor the next two are changed by heartbeats. */
  readonly cordoned: boolean;
  /** An operator asked the worker to drain: no new sandboxes, and the worker is told so. */
  readonly drainRequested: boolean;
  /** When the sandboxes that are left on a draining worker are destroyed; null is never. */
  readonly drainDeadline: Date | null;
  /** How often it came back, as another process or after it was taken for dead. */
  readonly flaps: number;
  readonly lastFlapAt: Date | null;
  readonly lastHeartbeat: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function workerFrom(row: Selectable<WorkersTable>): WorkerRecord {
  return {
    id: row.id,
    hostname: row.hostname,
    status: row.status,
    providers: row.providers,
    capabilities: row.capabilities,
    capacity: row.capacity,
    rpcUrl: row.rpc_url,
    instanceId: row.instance_id,
    credential: row.credential === null ? null : credentialFrom(row.credential),
    cordoned: row.cordoned,
    drainRequested: row.drain_requested,
    drainDeadline: row.drain_deadline,
    flaps: exactNumber(row.flaps, 'flaps of a worker'),
    lastFlapAt: row.last_flap_at,
    lastHeartbeat: row.last_heartbeat,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function workerNotFound(id: string): StoreError {
  return new StoreError('not_found', `not found: worker "${id}"`);
}
