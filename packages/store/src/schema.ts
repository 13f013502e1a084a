import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely';

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
  /** When what is left on the worker is destroyed; null is never. */
  readonly drain_deadline: NullableTimestamp;
  readonly cordoned: Generated<boolean>;
  /** Of all that a heartbeat says and that seldom changes. */
  readonly heartbeat_digest: string;
  readonly flaps: ColumnType<string, number | undefined, number>;
  readonly last_flap_at: NullableTimestamp;
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
  /** Made by Postgres: `tenant_id`, or null for none. */
  readonly tenant_ref: ColumnType<string | null, never, never>;
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

export interface WorkerTokenIssuancesTable {
  readonly id: Generated<string>;
  readonly token_id: string;
  readonly worker_id: string;
  readonly requester: string;
  readonly credential_id: string;
  readonly method: string;
  readonly audience: string;
  readonly scopes: string[] | null;
  readonly key_fingerprint: string;
  readonly source_address: string;
  readonly request_id: string;
  readonly issued_at: Timestamp;
  readonly expires_at: Timestamp;
}

export interface WorkerTokenRevocationsTable {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly issued_before: NullableTimestamp;
  readonly reason: string;
  readonly revoked_by: string;
  readonly created_at: Timestamp;
  readonly expires_at: NullableTimestamp;
}

export interface PrincipalRevocationsTable {
  readonly id: string;
  readonly kind: string;
  readonly issuer: string;
  readonly subject: string;
  readonly issued_before: NullableTimestamp;
  readonly reason: string;
  readonly revoked_by: string;
  readonly created_at: Timestamp;
  readonly expires_at: NullableTimestamp;
}

/** One row; its version grows with every change of the revocations. */
export interface WorkerRevocationVersionTable {
  readonly singleton: Generated<boolean>;
  readonly version: BigInteger;
}

export interface WorkerJoinTokensTable {
  readonly id: string;
  readonly worker_id: string;
  readonly pool: string;
  readonly token_hash: string;
  readonly created_by: string;
  readonly created_at: Timestamp;
  readonly expires_at: Timestamp;
  readonly redeemed_at: NullableTimestamp;
  readonly redeemed_from: string | null;
  readonly refused_redemptions: ColumnType<string, number | undefined, number>;
  readonly last_refused_at: NullableTimestamp;
  readonly last_refused_from: string | null;
}

export interface WorkerCredentialUsesTable {
  readonly id: Generated<string>;
  readonly worker_id: string;
  readonly form: string;
  /** '' for signed tokens. */
  readonly kind: string;
  readonly key_role: string;
  readonly key_fingerprint: string;
  readonly first_seen: Timestamp;
  readonly last_seen: Timestamp;
  readonly count: BigInteger;
}

/** The end of a chain, whose row is locked by whoever appends to it. */
export interface AuditHeadsTable {
  readonly tenant: string;
  readonly sequence: BigInteger;
  readonly hash: string;
  readonly anchor_sequence: ColumnType<string, number | undefined, number>;
  readonly checkpoint_sequence: ColumnType<string, number | undefined, number>;
  readonly updated_at: Timestamp;
}

export interface AuditStatementsTable {
  readonly tenant: string;
  readonly sequence: BigInteger;
  readonly kind: string;
  readonly hash: string;
  readonly at: Timestamp;
  readonly key_id: string;
  readonly signature: string;
}

export interface AuditEventsTable {
  readonly id: GeneratedAlways<string>;
  readonly tenant: string;
  readonly sequence: BigInteger;
  readonly event_id: string;
  readonly at: Timestamp;
  readonly category: string;
  readonly phase: string;
  readonly intent_id: string;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly actor_tenant: string;
  readonly credential_id: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: string;
  readonly reason: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly request_id: string;
  readonly source_address: string;
  readonly user_agent: string;
  readonly duration_ms: BigInteger;
  readonly detail: Json<Record<string, unknown>>;
  readonly prev_hash: string;
  readonly hash: string;
}

/** Where the audit is sent on to. */
export interface AuditSinksTable {
  readonly id: string;
  readonly name: string;
  readonly holder: string;
  readonly held_until: Timestamp;
  readonly seen_at: Timestamp;
}

/** Up to where a sink has had a chain. */
export interface AuditSinkCursorsTable {
  readonly sink: string;
  readonly tenant: string;
  readonly sequence: BigInteger;
}

export interface PoliciesTable {
  readonly id: string;
  readonly tenant_id: string | null;
  readonly resource_type: string;
  readonly effect: string;
  readonly pattern: string;
  readonly priority: number;
  readonly mode: string;
  readonly description: string;
  readonly created_by: string;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

/** One row; its version grows with every change of the policies. */
export interface PolicyVersionTable {
  readonly singleton: Generated<boolean>;
  readonly version: BigInteger;
}

export interface QuotasTable {
  readonly tenant_id: string | null;
  readonly owner_id: string | null;
  readonly max_sandboxes: number;
  readonly max_memory_mb: BigInteger;
  readonly max_vcpus: number;
  readonly max_ttl_seconds: BigInteger;
  readonly max_exec_timeout_seconds: BigInteger;
  readonly max_token_issues_per_minute: number;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface RateBucketsTable {
  readonly key: string;
  readonly used: number;
  readonly granted: number;
  readonly at: Timestamp;
}

/** A control plane that is there, or was until lately. */
export interface ControlPlanesTable {
  readonly id: string;
  readonly listening_since: Timestamp;
  readonly seen_at: Timestamp;
}

export interface TenantsTable {
  readonly id: string;
  readonly name: string;
  readonly owner_id: string;
  readonly settings: ColumnType<unknown, string, string>;
  readonly state: Generated<string>;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface TenantMembersTable {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly role: string;
  readonly created_at: Timestamp;
  readonly updated_at: Timestamp;
}

export interface ApiKeysTable {
  readonly id: string;
  /** Null: a key of the platform. */
  readonly tenant_id: string | null;
  readonly name: string;
  readonly role: string;
  readonly key_prefix: string;
  readonly key_hash: string;
  readonly created_by: string;
  readonly created_at: Timestamp;
  readonly expires_at: NullableTimestamp;
  readonly last_used_at: NullableTimestamp;
  readonly revoked_at: NullableTimestamp;
}

/** Written by triggers alone. */
export interface SandboxEventsTable {
  readonly id: Generated<string>;
  readonly xact: Generated<string>;
  readonly at: Timestamp;
  readonly type: string;
  readonly sandbox_id: string;
  readonly tenant_id: string;
  readonly data: Json<Record<string, unknown>>;
}

export interface StoreSchema {
  readonly sandbox_events: SandboxEventsTable;
  readonly control_planes: ControlPlanesTable;
  readonly workers: WorkersTable;
  readonly leases: LeasesTable;
  readonly sandboxes: SandboxesTable;
  readonly exec_logs: ExecLogsTable;
  readonly worker_token_issuances: WorkerTokenIssuancesTable;
  readonly worker_token_revocations: WorkerTokenRevocationsTable;
  readonly worker_revocation_version: WorkerRevocationVersionTable;
  readonly principal_revocations: PrincipalRevocationsTable;
  readonly principal_revocation_version: WorkerRevocationVersionTable;
  readonly worker_join_tokens: WorkerJoinTokensTable;
  readonly worker_credential_uses: WorkerCredentialUsesTable;
  readonly audit_heads: AuditHeadsTable;
  readonly audit_statements: AuditStatementsTable;
  readonly audit_events: AuditEventsTable;
  readonly audit_sinks: AuditSinksTable;
  readonly audit_sink_cursors: AuditSinkCursorsTable;
  readonly policies: PoliciesTable;
  readonly policy_version: PolicyVersionTable;
  readonly tenants: TenantsTable;
  readonly tenant_members: TenantMembersTable;
  readonly api_keys: ApiKeysTable;
  readonly quotas: QuotasTable;
  readonly rate_buckets: RateBucketsTable;
}
