import type { Selectable } from 'kysely';
import { StoreError } from './errors.js';
import type { SandboxesTable } from './schema.js';

export const SANDBOX_STATES = [
  'creating',
  'running',
  'idle',
  'unhealthy',
  'expired',
  'destroyed',
  'error',
] as const;

export type SandboxState = (typeof SANDBOX_STATES)[number];

/** `destroyed` is reached by `markDestroyed` only, which also ends the lease, and it is never left. */
export type LiveSandboxState = Exclude<SandboxState, 'destroyed'>;

export const LIVE_SANDBOX_STATES: readonly LiveSandboxState[] = SANDBOX_STATES.filter(
  (state) => state !== 'destroyed',
);

/** States that do not count against a capacity limit. */
export const INACTIVE_SANDBOX_STATES: readonly SandboxState[] = ['destroyed', 'expired'];

export interface SandboxRecord {
  readonly id: string;
  readonly state: SandboxState;
  /** Why the sandbox is in this state; '' when nothing has to be said. */
  readonly stateReason: string;
  readonly provider: string;
  readonly image: string;
  readonly memoryMb: number;
  readonly vcpus: number;
  readonly ownerId: string;
  readonly tenantId: string;
  /** The provider's own name of the running thing (`vm_id` on the wire); '' until it runs. */
  readonly runtimeId: string;
  readonly workerId: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly previewDomain: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly updatedAt: Date;
  readonly destroyedAt: Date | undefined;
  /** When reconciliation last claimed it; undefined when it never did. */
  readonly checkedAt: Date | undefined;
}

export function sandboxFrom(row: Selectable<SandboxesTable>): SandboxRecord {
  return {
    id: row.id,
    state: sandboxStateFrom(row.state),
    stateReason: row.state_reason,
    provider: row.provider,
    image: row.image,
    memoryMb: row.memory_mb,
    vcpus: row.vcpus,
    ownerId: row.owner_id,
    tenantId: row.tenant_id,
    runtimeId: row.runtime_id,
    workerId: row.worker_id,
    metadata: row.metadata,
    previewDomain: row.preview_domain,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    updatedAt: row.updated_at,
    destroyedAt: row.destroyed_at ?? undefined,
    checkedAt: row.checked_at ?? undefined,
  };
}

export function sandboxNotFound(id: string): StoreError {
  return new StoreError('not_found', `not found: sandbox "${id}"`);
}

export function sandboxStateFrom(text: string): SandboxState {
  const state = SANDBOX_STATES.find((known) => known === text);
  if (state === undefined) {
    throw new StoreError('schema', `unknown sandbox state "${text}" in the database`);
  }
  return state;
}
