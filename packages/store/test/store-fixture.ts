import pg from 'pg';
import { openStore, type ReserveSandbox, type Store, type WorkerHeartbeat } from '../src/index.js';
import { createMigratedDatabase, type TestDatabase } from '../src/testing.js';
import { type ManualClock, manualClock } from './manual-clock.js';

export interface StoreFixture {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly database: TestDatabase;
  /** Empties every table. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const TABLES = [
  ...['sandboxes', 'exec_logs', 'leases', 'workers', 'worker_token_issuances', 'worker_token_revocations'],
  ...[
    'worker_join_tokens',
    'worker_credential_uses',
    'control_planes',
    'rate_buckets',
    'principal_revocations',
  ],
  ...['policies', 'quotas', 'api_keys', 'tenant_members', 'tenants'],
  ...['audit_sink_cursors', 'audit_sinks', 'audit_events', 'audit_statements', 'audit_heads'],
];

export async function openFixture(): Promise<StoreFixture> {
  const database = await createMigratedDatabase();
  const clock = manualClock();
  const store = await openStore({ driver: 'postgres', dsn: database.dsn, clock });
  const admin = new pg.Client({ connectionString: database.dsn });
  admin.on('error', () => {});
  await admin.connect();
  return {
    store,
    clock,
    database,
    async reset() {
      // Events of the audit only go with their triggers off, which takes a superuser. Few rows are deleted in a fraction of the
      // time in which the files of so many tables and indexes are made anew.
      await admin.query(
        [
          'set session_replication_role = replica',
          ...TABLES.map((table) => `delete from ${table}`),
          'set session_replication_role = origin',
        ].join(';'),
      );
    },
    async close() {
      await store.close();
      await admin.end();
      await database.drop();
    },
  };
}

export function heartbeat(id: string, overrides: Partial<WorkerHeartbeat> = {}): WorkerHeartbeat {
  return { id, hostname: `${id}.example`, providers: null, capabilities: null, capacity: {}, ...overrides };
}

export function newSandbox(id: string, overrides: Partial<ReserveSandbox> = {}): ReserveSandbox {
  return {
    id,
    provider: 'bubblewrap',
    image: 'host',
    memoryMb: 256,
    vcpus: 1,
    workerId: 'worker-1',
    expiresAt: new Date('2030-01-01T01:00:00Z'),
    leaseTtlMs: 65 * 60_000,
    ...overrides,
  };
}
