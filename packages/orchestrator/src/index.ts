export { OrchestratorError, type OrchestratorErrorCode } from './errors.js';
export type { ExecContext, ExecEnd, ExecInSandbox, ExecOutput, ExecResult } from './exec-in-sandbox.js';
export type { ExecLimits, ExecRequest } from './exec-request.js';
export type { Fleet, FleetHeartbeat, HeartbeatOutcome, HeldSandbox } from './fleet.js';
export { createOrchestrator, type Orchestrator, type OrchestratorOptions } from './orchestrator.js';
export { isStale, type PlacementRequest, rankWorkers, STALE_AFTER_MS } from './placement.js';
export type { SpawnDefaults, SpawnRequest } from './spawn-request.js';
