import type { components } from '@stacyvm/api';
import { type Fleet, labelsOf } from '@stacyvm/orchestrator';
import type { SandboxRecord, WorkerLoad, WorkerRecord } from '@stacyvm/store';

type Schemas = components['schemas'];

/** A sandbox as the contract shows it: what is empty is left out, except the metadata. */
export function sandboxJson(sandbox: SandboxRecord): Schemas['Sandbox'] {
  return {
    id: sandbox.id,
    state: sandbox.state,
    ...(sandbox.stateReason === '' ? {} : { state_reason: sandbox.stateReason }),
    provider: sandbox.provider,
    image: sandbox.image,
    memory_mb: sandbox.memoryMb,
    vcpus: sandbox.vcpus,
    ...(sandbox.ownerId === '' ? {} : { owner_id: sandbox.ownerId }),
    ...(sandbox.tenantId === '' ? {} : { tenant_id: sandbox.tenantId }),
    ...(sandbox.runtimeId === '' ? {} : { vm_id: sandbox.runtimeId }),
    worker_id: sandbox.workerId,
    created_at: sandbox.createdAt.toISOString(),
    expires_at: sandbox.expiresAt.toISOString(),
    metadata: { ...sandbox.metadata },
    ...(sandbox.previewDomain === '' ? {} : { preview_domain: sandbox.previewDomain }),
  };
}

/** What is known of a worker beside its record. */
export interface WorkerSurroundings {
  readonly isStale: Fleet['isStale'];
  readonly loads: ReadonlyMap<string, WorkerLoad>;
}

/** A worker as the contract shows it; its times are whole seconds (worker protocol 4.1). */
export function workerJson(worker: WorkerRecord, { isStale, loads }: WorkerSurroundings): Schemas['Worker'] {
  const load = loads.get(worker.id);
  return {
    id: worker.id,
    hostname: worker.hostname,
    status: worker.status,
    providers: [...(worker.providers ?? [])],
    capabilities: [...(worker.capabilities ?? [])],
    capacity: { ...worker.capacity },
    labels: { ...labelsOf(worker) },
    cordoned: worker.cordoned,
    drain_requested: worker.drainRequested,
    ...(worker.drainDeadline === null ? {} : { drain_deadline: wholeSeconds(worker.drainDeadline) }),
    active_sandboxes: load?.sandboxes ?? 0,
    active_memory_mb: load?.memoryMb ?? 0,
    active_vcpus: load?.vcpus ?? 0,
    flaps: worker.flaps,
    ...(worker.lastFlapAt === null ? {} : { last_flap_at: wholeSeconds(worker.lastFlapAt) }),
    last_heartbeat: wholeSeconds(worker.lastHeartbeat),
    created_at: wholeSeconds(worker.createdAt),
    updated_at: wholeSeconds(worker.updatedAt),
    stale: isStale(worker),
  };
}

function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
