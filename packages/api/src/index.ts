export type { AuditChain, AuditClient, AuditEvent, AuditKey, AuditQuery } from './audit-client.js';
export {
  type ApiClient,
  createApiClient,
  type EventOptions,
  type ExecRequest,
  type ExecResult,
  type Readiness,
  type Sandbox,
  type SpawnRequest,
  type Worker,
} from './client.js';
export { type CredentialVerdict, credentialExplanation } from './credential-explanation.js';
export { ApiError, type ApiErrorDetails, type ApiErrorKind } from './errors.js';
export type { SandboxEvent } from './event-stream.js';
export type { ExecExit, ExecOutput } from './exec-stream.js';
export type { DownloadedFile, FileInfo, FilesClient } from './files-client.js';
export type { DrainWorker, FleetClient } from './fleet-client.js';
export type { components, operations, paths } from './generated/contract.js';
export { openApiDocument } from './generated/document.js';
export type { ApiClientOptions, CallOptions, SpawnOptions } from './http-calls.js';
export { listOperations, type Operation, type OperationId } from './operations.js';
export type {
  ApiKey,
  BearerRevocation,
  CreatedApiKey,
  CreatePlatformApiKey,
  CreateTenantApiKey,
  CredentialExplanation,
  ExplainCredential,
  PeopleClient,
  RevokeBearerTokens,
} from './people-client.js';
export type {
  CreatePolicy,
  EvaluatePolicies,
  PoliciesClient,
  Policy,
  PolicyEvaluation,
  TenantPoliciesClient,
  UpdatePolicy,
} from './policies-client.js';
export type { Quota, QuotaHolder, QuotasClient, QuotaUsage, SetQuota } from './quotas-client.js';
export type {
  CreateTenant,
  Tenant,
  TenantListFilter,
  TenantMember,
  TenantMemberRole,
  TenantMembersClient,
  TenantsClient,
  UpdateTenant,
} from './tenants-client.js';
export type {
  CreatedJoinToken,
  CreateJoinToken,
  IssuedWorkerToken,
  IssueWorkerToken,
  JoinToken,
  OfWorker,
  RevokeWorkerCredentials,
  WorkerCredentialFilter,
  WorkerCredentialUse,
  WorkerIdentityClient,
  WorkerKeys,
  WorkerRevocation,
  WorkerTokenIssuance,
} from './worker-identity-client.js';
