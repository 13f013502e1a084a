import { type Reservation, type Store, StoreError, type WorkerRecord } from '@stacyvm/store';
import type { RpcClient } from '@stacyvm/worker-rpc';
import { allWorkers } from './all-workers.js';
import { OrchestratorError } from './errors.js';
import type { Clock } from './host.js';
import { capacityOf, choosesNetworks, offers, rankWorkers, someWorkerIsFull } from './placement.js';
import { newSandboxId } from './sandbox-id.js';
import { leaseTtlOf } from './sandbox-lease.js';
import type { Attempt } from './spawn-queue.js';
import type { ResolvedSpawn } from './spawn-request.js';
import type { UsedUp } from './waiting-line.js';
import type { WorkerClients } from './worker-clients.js';
import type { WorkerCredentials } from './worker-credentials.js';
import { satisfies } from './worker-labels.js';

/** How many sandboxes there may be; 0 is no limit. */
export interface AdmissionLimits {
  /** Over the whole fleet. */
  readonly maxSandboxes: number;
  /** Of one owner without a quota of its own. Sandboxes without an owner are not counted together. */
  readonly maxSandboxesPerOwner: number;
}

export interface SandboxAdmissionOptions {
  readonly store: Store;
  readonly clients: WorkerClients;
  readonly credentials: WorkerCredentials;
  readonly limits: AdmissionLimits;
  /** The longest lease. */
  readonly leaseTtlMs?: number | undefined;
  readonly clock: Clock;
}

/** A sandbox that is recorded, counted and leased, and the worker that is to make it. */
export interface AdmittedSandbox extends Reservation {
  readonly worker: WorkerRecord;
  readonly client: RpcClient;
}

/** What a worker must be able to do beside what the spawn itself names. */
export interface PlacementNeeds {
  /** To give a sandbox the network that its spawn names, which a worker of the reference protocol does not. */
  readonly networkChoice: boolean;
}

/** Decides whether and where there is room for a sandbox, and takes it. */
export interface SandboxAdmission {
  /**
   * Takes a place on the best worker that is not among the tried, and adds each that it looks at to them.
   *
   * @throws OrchestratorError `quota_exceeded`, `tenant_closed`, `provider_unknown`, `requirements_unmet`, or why no worker can be called: `no_eligible_worker`,
   *   `worker_unreachable`, `worker_revoked`
   */
  admit(spawn: ResolvedSpawn, needs: PlacementNeeds, tried: Set<string>): Promise<Attempt<AdmittedSandbox>>;
  /**
   * Prefers others to a worker for a while. A worker on which spawns fail holds the fewest sandboxes, and would be chosen again and again.
   */
  avoid(workerId: string): void;
  /** Which limits are reached, by one count of all sandboxes. Of the workers it tells nothing. */
  survey(): Promise<UsedUp>;
}

const AVOID_MS = 30_000;

export function createSandboxAdmission(options: SandboxAdmissionOptions): SandboxAdmission {
  const { store, clients, credentials, clock } = options;
  const { maxSandboxes, maxSandboxesPerOwner } = options.limits;
  /** By worker, in milliseconds since 1970. */
  const avoidedUntil = new Map<string, number>();

  return {
    avoid(workerId) {
      const now = clock().getTime();
      for (const [id, until] of avoidedUntil) if (until <= now) avoidedUntil.delete(id);
      avoidedUntil.set(workerId, now + AVOID_MS);
    },

    async admit(spawn, needs, tried) {
      let failure: OrchestratorError | undefined;
      let lostRace = false;
      for (;;) {
        const { worker, someAreFull } = await bestWorker(spawn, needs, tried);
        if (worker === undefined) {
          const refusal = failure ?? noEligibleWorker();
          if (someAreFull || lostRace) return { scarcity: 'provider', refusal };
          throw refusal;
        }
        tried.add(worker.id);
        const client = clientOf(worker);
        if (client instanceof OrchestratorError) {
          failure = client;
          continue;
        }
        const outcome = await reserve(worker, spawn);
        if (outcome === 'worker_gone') continue;
        if (outcome === 'worker_full') lostRace = true;
        else if ('refusal' in outcome) return outcome;
        else return { admitted: { ...outcome, worker, client } };
      }
    },

    async survey() {
      const usedUp = { total: false, owners: new Set<string>(), providers: new Set<string>() };
      if (maxSandboxes === 0 && maxSandboxesPerOwner === 0) return usedUp;
      let total = 0;
      for (const owner of await store.sandboxes.countActiveByOwner()) {
        total += owner.active;
        const isLimited = isLimitedOwner(owner.ownerId) && !owner.hasQuota;
        if (isLimited && owner.active >= maxSandboxesPerOwner) usedUp.owners.add(ownerKey(owner));
      }
      return { ...usedUp, total: maxSandboxes > 0 && total >= maxSandboxes };
    },
  };

  function isLimitedOwner(ownerId: string): boolean {
    return maxSandboxesPerOwner > 0 && ownerId !== '';
  }

  async function bestWorker(spawn: ResolvedSpawn, needs: PlacementNeeds, tried: ReadonlySet<string>) {
    const { provider, requirements, memoryMb, vcpus } = spawn;
    const [workers, loads] = await Promise.all([allWorkers(store), store.sandboxes.loadByWorker()]);
    const offering = workers.filter((worker) => offers(worker, provider));
    if (workers.length > 0 && offering.length === 0) {
      throw new OrchestratorError('provider_unknown', `provider not found: ${provider}`);
    }
    if (offering.length > 0 && !offering.some((worker) => satisfies(worker, requirements))) {
      throw new OrchestratorError(
        'requirements_unmet',
        `no worker with provider ${provider} carries the labels that are required`,
      );
    }
    const choosing = needs.networkChoice ? offering.filter(choosesNetworks) : offering;
    if (offering.length > 0 && choosing.length === 0) {
      throw new OrchestratorError(
        'requirements_unmet',
        `no worker with provider ${provider} can be told which network a sandbox gets; update its workers`,
      );
    }
    const usable = choosing.filter((worker) => !tried.has(worker.id) && !credentials.isRevoked(worker));
    const request = { provider, requirements, memoryMb, vcpus, now: clock() };
    const trusted = usable.filter(({ id }) => (avoidedUntil.get(id) ?? 0) <= request.now.getTime());
    return {
      worker: rankWorkers(trusted, loads, request)[0] ?? rankWorkers(usable, loads, request)[0],
      someAreFull: someWorkerIsFull(usable, loads, request),
    };
  }

  function clientOf(worker: WorkerRecord): RpcClient | OrchestratorError {
    try {
      return clients.clientOf(worker);
    } catch (error) {
      if (error instanceof OrchestratorError) return error;
      throw error;
    }
  }

  async function reserve(worker: WorkerRecord, spawn: ResolvedSpawn) {
    const capacity = capacityOf(worker);
    try {
      return await store.sandboxes.reserve({
        id: newSandboxId(),
        provider: spawn.provider,
        image: spawn.image,
        memoryMb: spawn.memoryMb,
        vcpus: spawn.vcpus,
        ownerId: spawn.ownerId,
        tenantId: spawn.tenantId,
        workerId: worker.id,
        metadata: spawn.metadata,
        expiresAt: new Date(clock().getTime() + spawn.ttlMs),
        leaseTtlMs: leaseTtlOf(spawn.ttlMs, options.leaseTtlMs),
        ...(capacity.sandboxes === undefined ? {} : { maxActiveOnWorker: capacity.sandboxes }),
        ...(capacity.memoryMb === undefined ? {} : { maxMemoryMbOnWorker: capacity.memoryMb }),
        ...(capacity.vcpus === undefined ? {} : { maxVcpusOnWorker: capacity.vcpus }),
        ...(maxSandboxes === 0 ? {} : { maxActive: maxSandboxes }),
        ...(isLimitedOwner(spawn.ownerId) ? { maxActivePerOwner: maxSandboxesPerOwner } : {}),
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === 'capacity' && error.limit === 'total') {
        return {
          scarcity: 'total',
          refusal: limitReached('max_sandboxes', `max sandboxes reached (${maxSandboxes})`),
        } as const;
      }
      if (error.code === 'capacity' && error.limit === 'owner') {
        const message = `max sandboxes per owner reached (${maxSandboxesPerOwner})`;
        return { scarcity: 'owner', refusal: limitReached('max_sandboxes_per_owner', message) } as const;
      }
      if (error.code === 'capacity' && (error.limit === 'owner_quota' || error.limit === 'tenant_quota')) {
        // Who is over a quota does not wait: only its own sandboxes make room for it.
        throw new OrchestratorError('quota_exceeded', `resource limit exceeded: ${error.message}`, {
          cause: error,
        });
      }
      if (error.code === 'capacity' && error.limit === 'worker_closed') return 'worker_gone';
      if (error.code === 'capacity') return 'worker_full';
      if (error.code === 'not_found') return 'worker_gone';
      if (error.code === 'tenant_closed') {
        throw new OrchestratorError('tenant_closed', error.message, { cause: error });
      }
      throw error;
    }
  }
}

/** Tells owners apart in the queue, those of one name in several tenants too. */
export function ownerKey({
  tenantId,
  ownerId,
}: {
  readonly tenantId: string;
  readonly ownerId: string;
}): string {
  return tenantId === '' ? ownerId : `${tenantId}\n${ownerId}`;
}

function limitReached(code: 'max_sandboxes' | 'max_sandboxes_per_owner', limit: string): OrchestratorError {
  return new OrchestratorError(code, `resource limit exceeded: ${limit}`);
}

function noEligibleWorker(): OrchestratorError {
  return new OrchestratorError('no_eligible_worker', 'resource limit exceeded: no eligible worker available');
}
