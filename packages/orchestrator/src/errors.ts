import type { RpcFileErrorCode } from '@stacyvm/worker-rpc';

/** Every way in which the orchestrator refuses or fails. The control plane maps each to a status and passes it on as `reason`. */
export type OrchestratorErrorCode =
  | 'invalid_duration'
  | 'invalid_request'
  | 'unsupported_field'
  | 'ttl_too_long'
  | 'exec_timeout_too_long'
  | 'provider_unknown'
  | 'image_unknown'
  | 'network_unknown'
  | 'sandbox_not_found'
  | 'sandbox_not_running'
  | 'sandbox_lost'
  | 'worker_not_found'
  | 'worker_online'
  | 'worker_has_sandboxes'
  | 'requirements_unmet'
  | 'tenant_closed'
  | 'tenant_not_found'
  | 'tenant_in_use'
  | 'heartbeats_overloaded'
  | 'no_eligible_worker'
  | 'max_sandboxes'
  | 'max_sandboxes_per_owner'
  | 'quota_exceeded'
  | 'quota_not_found'
  | 'spawn_queue_full'
  | 'spawn_queue_timeout'
  | 'shutting_down'
  | 'exec_timeout'
  | RpcFileErrorCode
  | 'worker_unreachable'
  | 'worker_busy'
  | 'answers_busy'
  | 'worker_refused'
  | 'worker_revoked'
  | 'worker_failed'
  | 'lease_conflict'
  | 'policy_denied'
  | 'policy_unavailable'
  | 'policy_not_found'
  | 'policy_exists'
  | 'policy_from_file'
  | 'policy_reserved'
  | 'max_policies'
  | 'invalid_pattern'
  | 'cancelled';

/** A refusal or failure that a caller can act on. The message is for people and carries no secret. */
export class OrchestratorError extends Error {
  override readonly name = 'OrchestratorError';

  constructor(
    readonly code: OrchestratorErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
