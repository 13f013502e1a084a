import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Timestamp = ColumnType<Date, Date, Date>;
type NullableTimestamp = ColumnType<Date | null, Date | null | undefined, Date | null>;
type Json<T extends object> = JSONColumnType<T, string, string>;
type NullableJson<T extends object> = ColumnType<T | null, string | null, string | null>;
/** The driver reads bigint as text, because it may exceed what a number holds exactly. */
type BigInteger = ColumnType<string, number, number>;

export interface WorkersTable {
  readonly id: string;
  readonly hostname: string;
  readonly status: string;
  readonly providers: string[] | null;
  readonly capabilities: string[] | null;
  readonly capacity: Json<Record<string, unknown>>;
  readonly rpc_url: string;
  readonly instance_id: string;
  readonly credential: NullableJson<Record<string, unknown>>;
  readonly drain_requested: Generated<boolean>;
  readonly last_heartbeat: Timestamp;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface LeasesTable {
  readonly resource_id: string;
  readonly resource_type: string;
  readonly holder_id: string;
  readonly generation: BigInteger;
  readonly expires_at: Timestamp;
  readonly released_at: NullableTimestamp;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface SandboxesTable {
  readonly id: string;
  readonly state: string;
  readonly state_reason: string;
  readonly provider: string;
  readonly image: string;
  readonly memory_mb: number;
  readonly vcpus: number;
  readonly owner_id: string;
  readonly tenant_id: string;
  readonly runtime_id: string;
  readonly worker_id: string;
  readonly metadata: Json<Record<string, string>>;
  readonly preview_domain: string;
  readonly created_at: Timestamp;
  readonly expires_at: Timestamp;
  readonly updated_at: Timestamp;
  readonly destroyed_at: NullableTimestamp;
  readonly checked_at: NullableTimestamp;
  readonly claimed_until: NullableTimestamp;
}

export interface ExecLogsTable {
  readonly id: Generated<string>;
  readonly sandbox_id: string;
  readonly command: string;
  readonly mode: string;
  readonly exit_code: number | null;
  readonly outcome: string;
  readonly duration_ms: BigInteger;
  readonly started_at: Timestamp;
  readonly request_id: string;
}

export interface StoreSchema {
  readonly workers: WorkersTable;
  readonly leases: LeasesTable;
  readonly sandboxes: SandboxesTable;
  readonly exec_logs: ExecLogsTable;
}
