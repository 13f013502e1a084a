export { allWorkers } from './all-workers.js';
export { type BackgroundWork, startBackgroundWork } from './background-work.js';
export { OrchestratorError, type OrchestratorErrorCode } from './errors.js';
export type { ExecContext, ExecEnd, ExecInSandbox, ExecOutput, ExecResult } from './exec-in-sandbox.js';
export type { ExecLimits, ExecRequest } from './exec-request.js';
export type { FileContext, FilesInSandbox } from './files-in-sandbox.js';
export type { Fleet, FleetHeartbeat, FleetStatus, HeartbeatOutcome, HeldSandbox } from './fleet.js';
export type { HeartbeatBatch } from './heartbeat-writes.js';
export { createOrchestrator, type Orchestrator, type OrchestratorOptions } from './orchestrator.js';
export { isStale, type PlacementRequest, rankWorkers, STALE_AFTER_MS } from './placement.js';
export type { Policies, PolicyEvaluation, PolicyTrial } from './policies.js';
export { type FixedPolicy, MAX_POLICY_AGE_MS, type PoliciesStatus } from './policies-in-force.js';

export type { Policy } from './policy-content.js';

export type { AnsweredQuestion, SpawnContext, SpawnVerdict } from './policy-gate.js';

export type { QuotaStanding, Quotas } from './quotas.js';
export type { RpcRefusal } from './rpc-client-lifetime.js';
export type { Sandboxes } from './sandboxes-within.js';
export type { SpawnQueueLimits } from './spawn-queue.js';
export type { SpawnQueueStats } from './spawn-queue-stats.js';
export { positiveDuration, type SpawnDefaults, type SpawnRequest } from './spawn-request.js';
export type { TenantPolicies } from './tenant-policies.js';
export type { TenantReach } from './tenant-reach.js';
export type { TenantRemoval } from './tenant-removal.js';
export type { WorkerCredentials } from './worker-credentials.js';
export type { DrainWorker, WorkerDuties } from './worker-duties.js';
export { labelsOf } from './worker-labels.js';
