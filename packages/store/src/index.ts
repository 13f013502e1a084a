export {
  API_KEY_ROLES,
  type ApiKeyFilter,
  type ApiKeyRecord,
  type ApiKeyRepository,
  type ApiKeyRole,
  type ApiKeyUse,
  type NewApiKey,
} from './api-keys.js';
export type { AuditRepository } from './audit.js';
export type { AppendAuditEvent } from './audit-appender.js';
export type { AuditChains, AuditHead, AuditPruneRequest, ChainRange, MakeAnchor } from './audit-chains.js';
export type { AuditDeliveries, DeliveryRange, WaitingChain } from './audit-deliveries.js';
export { MAX_AUDIT_DETAIL_BYTES } from './audit-detail.js';
export { type AuditEvent, auditRecordOf, type NewAuditEvent } from './audit-event.js';
export type { AuditFilter } from './audit-list.js';
export type { AuditSinkRecord, AuditSinkRepository, HoldAuditSink } from './audit-sinks.js';
export type { AuditSummary, ChainsProgress } from './audit-summary.js';
export type { Clock } from './clock.js';
export type { ControlPlanePresence, ControlPlaneRepository } from './control-planes.js';
export type {
  CredentialUse,
  CredentialUseFilter,
  CredentialUseRecord,
  CredentialUseRepository,
  CredentialUseSummary,
} from './credential-uses.js';
export { type CapacityLimit, StoreError, type StoreErrorCode } from './errors.js';
export {
  EXEC_OUTCOMES,
  type ExecLogRecord,
  type ExecLogRepository,
  type ExecOutcome,
  MAX_LOGGED_COMMAND_LENGTH,
  type NewExecLog,
} from './exec-logs.js';
export type {
  JoinTokenFilter,
  JoinTokenRecord,
  JoinTokenRedemption,
  JoinTokenRepository,
  NewJoinToken,
  RedeemJoinToken,
} from './join-tokens.js';
export {
  type AcquireLease,
  type LeaseRecord,
  type LeaseRepository,
  MAX_LEASE_TTL_MS,
  type RenewLease,
} from './leases.js';
export type { StoreLogger } from './logger.js';
export type { SubscribeOptions, Subscription } from './notifications.js';
export { DEFAULT_LIST_LIMIT, MAX_LIST_LIMIT, type Page, type PageRequest } from './page.js';
export {
  MAX_POLICIES,
  type PolicyFilter,
  type PolicyRepository,
  type PolicySnapshot,
} from './policies.js';
export {
  MAX_POLICY_PRIORITY,
  MIN_POLICY_PRIORITY,
  type NewPolicy,
  type PolicyContent,
  type PolicyPosition,
  type PolicyRecord,
  policyCursor,
  policyPosition,
} from './policy-record.js';
export {
  type NewPrincipalRevocation,
  PRINCIPAL_REVOCATION_KINDS,
  type PrincipalRevocationKind,
  type PrincipalRevocationRecord,
} from './principal-revocation-record.js';
export {
  PRINCIPAL_REVOCATIONS_CHANNEL,
  type PrincipalRevocationFilter,
  type PrincipalRevocationRepository,
  type PrincipalRevocationSnapshot,
} from './principal-revocations.js';
export { DEFAULT_PRUNE_LIMIT, MAX_PRUNE_LIMIT, type PruneRequest } from './prune.js';
export type { QuotaUsage } from './quota-capacity.js';
export {
  type ApplyingQuotas,
  MAX_QUOTA_EXEC_TIMEOUT_SECONDS,
  MAX_QUOTA_TTL_SECONDS,
  type QuotaLimits,
  type QuotaRecord,
  type QuotaSubject,
} from './quota-record.js';
export type { OwnerQuotaFilter, QuotaRepository, QuotaSummary } from './quotas.js';
export type { BucketAnswer, BucketQuestion, RateBucketRepository } from './rate-buckets.js';
export type { CapacityLimits, OwnerCount, WorkerLoad } from './sandbox-capacity.js';
export type { ClaimedSandbox, ClaimRequest, SandboxClaims } from './sandbox-claims.js';
export {
  type EventPosition,
  FIRST_EVENT,
  type ReadEvents,
  SANDBOX_EVENTS_CHANNEL,
  type SandboxEvent,
  type SandboxEventRepository,
} from './sandbox-events.js';
export type { ExtendSandbox, SandboxExtension, SandboxExtensions } from './sandbox-extension.js';
export {
  LIVE_SANDBOX_STATES,
  type LiveSandboxState,
  SANDBOX_STATES,
  type SandboxRecord,
  type SandboxState,
} from './sandbox-record.js';
export type {
  NewSandbox,
  PlacedSandbox,
  Reservation,
  ReserveSandbox,
  SandboxFilter,
  SandboxRepository,
  SandboxTransition,
} from './sandboxes.js';
export {
  type EmbeddedStoreOptions,
  openStore,
  type PostgresStoreOptions,
  type Store,
  type StoreOptions,
} from './store.js';
export type { DeleteTenant, TenantDeletion, TenantRemains } from './tenant-deletion.js';
export {
  type ChangeMember,
  MAX_MEMBERSHIPS_OF_USER,
  MEMBER_ROLES,
  type MemberRole,
  type TenantMemberRecord,
  type TenantMemberRepository,
} from './tenant-members.js';
export { isTenantId, type TenantRecord, type TenantState } from './tenant-record.js';
export type { TenantStore } from './tenant-store.js';
export {
  type NewTenant,
  TENANTS_CHANNEL,
  type TenantChange,
  type TenantFilter,
  type TenantRepository,
} from './tenants.js';
export type {
  NewTokenIssuance,
  TokenIssuanceFilter,
  TokenIssuanceRecord,
  TokenIssuanceRepository,
} from './token-issuances.js';
export {
  type NewTokenRevocation,
  REVOCATION_KINDS,
  type RevocationKind,
  type TokenRevocationRecord,
} from './token-revocation-record.js';
export {
  REVOCATIONS_CHANNEL,
  type RevocationSnapshot,
  type TokenRevocationFilter,
  type TokenRevocationRepository,
} from './token-revocations.js';
export type { WorkerCredential } from './worker-credential.js';
export type { HeartbeatRules, StoredHeartbeat, WorkerHeartbeat } from './worker-heartbeats.js';
export type { WorkerRecord } from './worker-record.js';
export type { RemoveWorker, WorkerRemoval } from './worker-removal.js';
export { WORKERS_CHANNEL, type WorkerDuty, type WorkerRepository } from './workers.js';
