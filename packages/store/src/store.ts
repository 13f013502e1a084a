import { type ApiKeyRepository, createApiKeyRepository } from './api-keys.js';
import { type AuditRepository, createAuditRepository } from './audit.js';
import { type AuditSinkRepository, createAuditSinkRepository } from './audit-sinks.js';
import { type Clock, systemClock } from './clock.js';
import {
  type ConnectionTarget,
  connectFirst,
  createDatabasePool,
  type DatabasePool,
  MIGRATION_PATIENCE,
  probe,
} from './connection-pool.js';
import { type ControlPlaneRepository, createControlPlaneRepository } from './control-planes.js';
import { type CredentialUseRepository, createCredentialUseRepository } from './credential-uses.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { waitUntil } from './embedded/wait-until.js';
import { StoreError } from './errors.js';
import { createExecLogRepository, type ExecLogRepository } from './exec-logs.js';
import { createJoinTokenRepository, type JoinTokenRepository } from './join-tokens.js';
import { createLeaseRepository, type LeaseRepository } from './leases.js';
import { type StoreLogger, silentLogger } from './logger.js';
import { migrateToLatest } from './migrate.js';
import { type SubscribeOptions, type Subscription, subscribe } from './notifications.js';
import { createPolicyRepository, type PolicyRepository } from './policies.js';
import {
  createPrincipalRevocationRepository,
  type PrincipalRevocationRepository,
} from './principal-revocations.js';
import { createQuotaRepository, type QuotaRepository } from './quotas.js';
import { createRateBucketRepository, type RateBucketRepository } from './rate-buckets.js';
import { createSandboxEventRepository, type SandboxEventRepository } from './sandbox-events.js';
import { createSandboxRepository, type SandboxRepository } from './sandboxes.js';
import { createTenantMemberRepository, type TenantMemberRepository } from './tenant-members.js';
import { createTenantStore, type TenantStore } from './tenant-store.js';
import { createTenantRepository, type TenantRepository } from './tenants.js';
import { createTokenIssuanceRepository, type TokenIssuanceRepository } from './token-issuances.js';
import { createTokenRevocationRepository, type TokenRevocationRepository } from './token-revocations.js';
import { createReadFor } from './within-tenant.js';
import { createWorkerRepository, type WorkerRepository } from './workers.js';

const DEFAULT_PING_TIMEOUT_MS = 2_000;

/** How long running statements may take before the embedded server is stopped under them. */
const CLOSE_GRACE_MS = 5_000;

interface SharedOptions {
  readonly logger?: StoreLogger;
  /** Connections at most; 10 unless told. */
  readonly poolSize?: number;
  readonly clock?: Clock;
}

export interface PostgresStoreOptions extends SharedOptions {
  readonly driver: 'postgres';
  /** `postgres://user:password@host:port/database`, with the query parameters of libpq that the pg driver knows. */
  readonly dsn: string;
}

export interface EmbeddedStoreOptions extends SharedOptions {
  readonly driver: 'embedded';
  /** Directory of the database; made when missing. */
  readonly path: string;
  /** Loopback port; a free one is chosen unless told. */
  readonly port?: number;
}

export type StoreOptions = PostgresStoreOptions | EmbeddedStoreOptions;

export interface Store {
  readonly controlPlanes: ControlPlaneRepository;
  readonly workers: WorkerRepository;
  readonly leases: LeaseRepository;
  readonly sandboxes: SandboxRepository;
  readonly execLogs: ExecLogRepository;
  readonly sandboxEvents: SandboxEventRepository;
  readonly tokenIssuances: TokenIssuanceRepository;
  readonly tokenRevocations: TokenRevocationRepository;
  readonly joinTokens: JoinTokenRepository;
  readonly principalRevocations: PrincipalRevocationRepository;
  readonly credentialUses: CredentialUseRepository;
  readonly audit: AuditRepository;
  readonly auditSinks: AuditSinkRepository;
  readonly policies: PolicyRepository;
  readonly tenants: TenantRepository;
  readonly tenantMembers: TenantMemberRepository;
  readonly apiKeys: ApiKeyRepository;
  /** What belongs to the tenant and nothing else. @throws StoreError `invalid_input` when it can be no tenant */
  forTenant(tenantId: string): TenantStore;
  readonly quotas: QuotaRepository;
  readonly rateBuckets: RateBucketRepository;
  /** One round trip within `timeoutMs` (2000 unless told). @throws StoreError `unavailable`, `closed` */
  ping(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<void>;
  /** Listens to channels of the database over a connection of its own; it ends with the store. */
  subscribe(options: SubscribeOptions): Subscription;
  /** Ends the connections and stops the embedded server, and waits for both. Any number of calls. */
  close(): Promise<void>;
}

/**
 * Opens the database and brings it to the newest schema.
 *
 * While the server is away every call fails with `unavailable`; when it is back the same store works again.
 * @throws StoreError `configuration`, `unavailable`, `in_use`, `schema`
 * @example
 * const store = await openStore({ driver: 'embedded', path: '/var/lib/stacyvm/database' });
 * const { items } = await store.workers.list({ limit: 50 });
 * await store.close();
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { logger = silentLogger, clock = systemClock, poolSize } = options;
  if (options.driver === 'postgres') {
    return openOn({ kind: 'dsn', dsn: options.dsn }, undefined, { logger, clock, poolSize });
  }
  const server = await startEmbeddedPostgres({ path: options.path, port: options.port, logger });
  return openOn({ kind: 'server', server: server.address }, server, { logger, clock, poolSize });
}

interface OpenOptions {
  readonly logger: StoreLogger;
  readonly clock: Clock;
  readonly poolSize: number | undefined;
}

async function openOn(
  target: ConnectionTarget,
  server: EmbeddedPostgres | undefined,
  { logger, clock, poolSize }: OpenOptions,
): Promise<Store> {
  try {
    const pool = createDatabasePool({ target, logger, poolSize });
    const underRole = await migrate(target, logger);
    return storeOn(pool, server, { target, logger, clock, underRole });
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

/** Over a connection of its own, because the limits of ordinary calls do not suit it. */
async function migrate(target: ConnectionTarget, logger: StoreLogger): Promise<boolean> {
  const pool = createDatabasePool({ target, logger, poolSize: 1, patience: MIGRATION_PATIENCE });
  try {
    await connectFirst(pool);
    return await migrateToLatest(pool.db, logger);
  } finally {
    await pool.close();
  }
}

function storeOn(
  { db, close: closePool }: DatabasePool,
  server: EmbeddedPostgres | undefined,
  {
    target,
    logger,
    clock,
    underRole,
  }: {
    readonly target: ConnectionTarget;
    readonly logger: StoreLogger;
    readonly clock: Clock;
    readonly underRole: boolean;
  },
): Store {
  let closing: Promise<void> | undefined;
  const readFor = createReadFor({ db, underRole });
  const subscriptions = new Set<Subscription>();
  const close = async (): Promise<void> => {
    await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    let drained = false;
    const ended = closePool().then(() => {
      drained = true;
    });
    if (server !== undefined) {
      await waitUntil(() => drained, CLOSE_GRACE_MS);
      await server.stop();
    }
    await ended;
  };
  return {
    controlPlanes: createControlPlaneRepository(db, clock),
    workers: createWorkerRepository(db, clock),
    leases: createLeaseRepository(db, clock),
    sandboxes: createSandboxRepository(db, clock),
    execLogs: createExecLogRepository(db),
    sandboxEvents: createSandboxEventRepository(db, readFor),
    tokenIssuances: createTokenIssuanceRepository(db),
    tokenRevocations: createTokenRevocationRepository(db, clock),
    joinTokens: createJoinTokenRepository(db, clock),
    principalRevocations: createPrincipalRevocationRepository(db, clock),
    credentialUses: createCredentialUseRepository(db, clock),
    audit: createAuditRepository(db, clock, readFor),
    auditSinks: createAuditSinkRepository(db),
    policies: createPolicyRepository(db, clock),
    tenants: createTenantRepository(db, clock),
    tenantMembers: createTenantMemberRepository(db, clock),
    apiKeys: createApiKeyRepository(db, clock),
    forTenant: (tenantId) => createTenantStore(tenantId, { db, clock, underRole }),
    quotas: createQuotaRepository(db, clock, readFor),
    rateBuckets: createRateBucketRepository(db),
    async ping({ timeoutMs = DEFAULT_PING_TIMEOUT_MS, signal } = {}) {
      await within(probe(db), timeoutMs, signal);
    },
    subscribe(options) {
      if (closing !== undefined) {
        throw new StoreError('closed', 'the store is closed');
      }
      const subscription = subscribe(target, logger, options);
      subscriptions.add(subscription);
      return {
        isConnected: subscription.isConnected,
        async close() {
          subscriptions.delete(subscription);
          await subscription.close();
        },
      };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** The first of the answer, the timeout and the abort; a late answer is dropped, whatever it is. */
async function within(
  answer: Promise<void>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const limit = AbortSignal.timeout(timeoutMs);
  const end = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  await new Promise<void>((resolve, reject) => {
    const giveUp = (): void => {
      const why = limit.aborted ? `no answer within ${timeoutMs} ms` : 'the check was aborted';
      reject(new StoreError('unavailable', `database unavailable: ${why}`));
    };
    if (end.aborted) {
      giveUp();
    }
    end.addEventListener('abort', giveUp, { once: true });
    answer.then(resolve, reject).finally(() => end.removeEventListener('abort', giveUp));
  });
}
