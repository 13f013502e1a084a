import type { Clock } from './clock.js';
import type { LeaseFence } from './lease-fence.js';
import { type LeaseExpectation, refuseLease } from './lease-token.js';
import type { ReplayGuard } from './replay-guard.js';
import { parseRpcCall, type RpcCall } from './rpc-dispatch.js';
import { RPC_METHODS } from './rpc-methods.js';
import { type RpcEnvelope, refusal, resolveMethod } from './rpc-request.js';
import type { AuthenticatedWorker } from './worker-authenticator.js';

/** Why a call has no effect; told in an envelope. */
export interface CallRefusal {
  readonly status: number;
  readonly message: string;
  readonly reason: string;
}

export interface AdmissionDesk {
  readonly workerId: string;
  readonly fence: LeaseFence;
  readonly replayGuard: ReplayGuard;
  readonly clock: Clock;
}

/**
 * Every check between a well-formed envelope and the effect of its call: id and method name, scope, lease present,
 * params, replay, lease, fence.
 */
export function admitCall(
  envelope: RpcEnvelope,
  caller: AuthenticatedWorker,
  desk: AdmissionDesk,
): RpcCall | CallRefusal {
  const method = resolveMethod(envelope);
  if (typeof method !== 'string') return method;
  const rule = RPC_METHODS[method];
  if (!caller.scopes.includes(rule.scope)) return MISSING_SCOPE;
  if (rule.lease !== undefined && envelope.lease === undefined) {
    return refusal(`invalid worker message: lease is required for ${rule.lease}`, 'lease_required');
  }
  if (rule.params && !envelope.hasParams) {
    return refusal('invalid worker message: params are required', 'params_required');
  }
  const call = parseRpcCall(method, envelope.params);
  if (!call.ok) return refusal(`invalid worker message: invalid params: ${call.problem}`, 'invalid_params');
  return (
    (rule.mutating ? refuseReplay(caller, desk.replayGuard) : undefined) ??
    refuseUnleased(call.value, envelope, desk) ??
    call.value
  );
}

function refuseReplay({ credential }: AuthenticatedWorker, guard: ReplayGuard): CallRefusal | undefined {
  // Without a jti (profile `compatible`) two tokens of one second are the same text: nothing tells a replay apart.
  if (credential.form !== 'signed' || credential.tokenId === undefined) return undefined;
  const verdict = guard.accept(credential.tokenId, credential.expiresAt);
  if (verdict === 'accepted') return undefined;
  return verdict === 'replayed' ? REPLAYED : OVERLOADED;
}

function refuseUnleased(call: RpcCall, envelope: RpcEnvelope, desk: AdmissionDesk): CallRefusal | undefined {
  const leased = leasedResource(call);
  if (leased === undefined || envelope.lease === undefined) return undefined;
  const refused = refuseLease(envelope.lease, {
    workerId: desk.workerId,
    ...leased,
    fence: desk.fence,
    now: desk.clock(),
  });
  return refused === undefined ? undefined : { status: 403, ...refused };
}

function leasedResource(call: RpcCall): Pick<LeaseExpectation, 'resourceId' | 'request'> | undefined {
  switch (call.method) {
    case 'worker.spawn':
      return { resourceId: call.params.sandboxId, request: 'spawn' };
    case 'worker.destroy':
      return { resourceId: call.params.sandboxId, request: 'destroy' };
    case 'worker.renew_lease':
      return { resourceId: call.params.resourceId, request: 'renewal' };
    default:
      return undefined;
  }
}

const MISSING_SCOPE: CallRefusal = {
  status: 403,
  message: 'required authorization scope missing',
  reason: 'missing_scope',
};
const REPLAYED: CallRefusal = {
  status: 401,
  message: 'the worker token has been used before; sign one for each call',
  reason: 'token_replayed',
};
const OVERLOADED: CallRefusal = {
  status: 503,
  message: 'too many calls with living tokens; try again later',
  reason: 'replay_guard_full',
};
